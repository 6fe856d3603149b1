/**
 * Bundles that users add to HYPR while it runs.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.plugin;
