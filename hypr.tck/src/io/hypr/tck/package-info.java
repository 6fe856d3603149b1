/**
 * Contract tests: an implementation extends the abstract class for the service that it implements, and passes.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.tck;
