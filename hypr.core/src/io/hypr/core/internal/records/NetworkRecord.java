package io.hypr.core.internal.records;

import io.hypr.engine.Networks.Network;
import io.hypr.model.DriverRecord;

/** All that is kept of a network. */
public final class NetworkRecord {
    /** What users see. */
    public Network network;
    /** What its driver said; null = it was never needed on the host. */
    public DriverRecord record;
    /** Whether nobody asked for its subnet. */
    public boolean anySubnet;
    /** Octets of a packet. */
    public int mtu = 1500;
}
