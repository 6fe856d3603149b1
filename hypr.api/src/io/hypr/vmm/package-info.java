/**
 * Hypervisor backends: how the engine starts a microVM, finds it again and ends it.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package io.hypr.vmm;
