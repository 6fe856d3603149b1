/** The client of the distribution protocol: registries, mirrors, logins, transfers. */
package io.hypr.image.internal.registry;
