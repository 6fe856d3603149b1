package io.hypr.vmm;

/** What a microVM does now. */
public enum VmState {
    /** The VMM process runs and so do the guest's processors. */
    RUNNING,
    /** The VMM process runs, the guest's processors do not. */
    PAUSED,
    /** There is no VMM process any more. */
    ENDED
}
