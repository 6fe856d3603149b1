/**
 * Bundles that users add.
 */
package io.hypr.plugins;
