/**
 * Network devices, addresses, taps and tracked connections, by netlink and ioctl. Everything acts in the network namespace of the calling thread.
 */
package io.hypr.ffm.net;
