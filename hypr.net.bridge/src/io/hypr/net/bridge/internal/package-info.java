/**
 * How the bridge driver does its work: devices by rtnetlink, rules by nft, held ports.
 */
package io.hypr.net.bridge.internal;
