/**
 * Images: pulling, keeping and unpacking them into root file systems.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.image;
