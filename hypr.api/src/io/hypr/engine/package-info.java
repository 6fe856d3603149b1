/**
 * The engine: containers, their output, networks and events. What front ends call.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.engine;
