package io.hypr.tar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The records of an extended header (POSIX.1-2001, pax interchange format): {@code length keyword=value\n}, where length counts the whole
 * record. Values are octets, not text: {@code security.capability} has zeros and line feeds in it, so only the length says where a record
 * ends.
 */
final class PaxRecords {

    private PaxRecords() {
    }

    static Map<String, byte[]> parse(byte[] data) throws TarException {
        Map<String, byte[]> records = new LinkedHashMap<>();
        int at = 0;
        while (at < data.length) {
            int length = 0;
            int i = at;
            while (i < data.length && data[i] >= '0' && data[i] <= '9' && i - at < 8) {
                length = length * 10 + data[i++] - '0';
            }
            int end = at + length;
            if (i == at || i >= data.length || data[i] != ' ' || end > data.length || end < i + 3 || data[end - 1] != '\n') {
                throw new TarException("An extended header has a malformed record at octet " + at + ".");
            }
            int equals = ++i;
            while (equals < end && data[equals] != '=') {
                equals++;
            }
            if (equals == end || equals == i) {
                throw new TarException("An extended header has a record without a keyword at octet " + at + ".");
            }
            records.put(new String(data, i, equals - i, StandardCharsets.ISO_8859_1), Arrays.copyOfRange(data, equals + 1, end - 1));
            at = end;
        }
        return records;
    }

    static byte[] format(Map<String, byte[]> records) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        records.forEach((keyword, value) -> {
            byte[] key = keyword.getBytes(StandardCharsets.ISO_8859_1);
            int rest = key.length + value.length + 3;
            int length = rest + Integer.toString(rest).length();
            if (Integer.toString(length).length() != length - rest) {
                length++;
            }
            out.writeBytes((length + " ").getBytes(StandardCharsets.ISO_8859_1));
            out.writeBytes(key);
            out.write('=');
            out.writeBytes(value);
            out.write('\n');
        });
        return out.toByteArray();
    }
}
