/**
 * Values that all contracts share: errors with a remedy, three-valued availability, records that drivers leave with the engine.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.model;
