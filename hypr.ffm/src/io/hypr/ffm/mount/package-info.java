/**
 * Mounts of this process's mount namespace.
 */
package io.hypr.ffm.mount;
