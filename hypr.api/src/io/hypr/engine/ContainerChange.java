package io.hypr.engine;

import org.osgi.annotation.versioning.ProviderType;

/** What is changed of a container by {@link Containers#update}. A data transfer object in the manner of OSGi; null = stays as it is. */
@ProviderType
public class ContainerChange {
    /** As {@link ContainerSpec#memory}. */
    public Long memory;
    /** As {@link ContainerSpec#cpus}. */
    public Double cpus;
    /** As {@link ContainerSpec#memorySwap}. */
    public Long memorySwap;
    /** As {@link ContainerSpec#memoryReservation}. */
    public Long memoryReservation;
    /** As {@link ContainerSpec#cpuQuota}. */
    public Long cpuQuota;
    /** As {@link ContainerSpec#cpuPeriod}. */
    public Long cpuPeriod;
    /** As {@link ContainerSpec#cpuShares}. */
    public Integer cpuShares;
    /** As {@link ContainerSpec#cpuSet}. */
    public String cpuSet;
    /** As {@link ContainerSpec#pidsLimit}; of a container that runs it counts at once. */
    public Long pidsLimit;
    /** As {@link ContainerSpec#restartPolicy}. */
    public String restartPolicy;
    /** As {@link ContainerSpec#restartRetries}. */
    public Integer restartRetries;
}
