/** Processes of hypervisors on this host: started confined, found again, ended; and whether KVM works. */
package io.hypr.vmm.host;
