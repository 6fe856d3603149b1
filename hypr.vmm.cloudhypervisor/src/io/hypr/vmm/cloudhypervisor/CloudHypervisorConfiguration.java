package io.hypr.vmm.cloudhypervisor;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Configuration of the Cloud Hypervisor backend, PID {@value CloudHypervisorBackend#PID}. Keys that are not here are errors. A change concerns microVMs
 * that are started later.
 */
@ComponentPropertyType
public @interface CloudHypervisorConfiguration {

    /** @return name or path of Cloud Hypervisor */
    String binary() default "cloud-hypervisor";

    /** @return {@code on}, {@code off}, or {@code auto}: whether Cloud Hypervisor confines itself by landlock; auto = where the kernel has what it needs */
    String landlock() default "auto";
}
