/**
 * The network driver on Linux bridges.
 */
package io.hypr.net.bridge;
