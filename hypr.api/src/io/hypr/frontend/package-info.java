/**
 * Front ends: what users talk to, and checks that the doctor command runs.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.frontend;
