package io.hypr.net;

import io.hypr.model.DriverRecord;

/**
 * The host's side of a container's interface. Made by the driver.
 *
 * @param record by which it is unplugged
 * @param tap name of the tap that the VMM opens
 * @param mtu bytes
 */
public record Attachment(DriverRecord record, String tap, int mtu) {
}
