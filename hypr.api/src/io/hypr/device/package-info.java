/**
 * Device drivers: finding, claiming and giving back hardware that a microVM gets whole.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.device;
