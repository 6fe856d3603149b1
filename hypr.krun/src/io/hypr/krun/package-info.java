/** MicroVMs of the program {@code hypr-krun}, the same on Linux and on macOS but for a {@link Platform}. */
package io.hypr.krun;
