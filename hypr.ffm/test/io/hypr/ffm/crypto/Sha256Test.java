package io.hypr.ffm.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

class Sha256Test {

    @Test
    void sumsAreThoseOfTheJdk() throws Exception {
        assumeTrue(Sha256.create().isPresent(), "This host has no libcrypto.so.3.");
        MessageDigest ours = Sha256.create().orElseThrow();
        MessageDigest theirs = MessageDigest.getInstance("SHA-256");
        Random random = new Random(256);
        for (int length = 0; length < 300; length++) {
            byte[] data = new byte[length * 7];
            random.nextBytes(data);
            int middle = random.nextInt(data.length + 1);
            ours.update(data, 0, middle);
            MessageDigest copy = (MessageDigest) ours.clone();
            for (byte b : Arrays.copyOfRange(data, middle, data.length)) {
                ours.update(b);
            }
            copy.update(data, middle, data.length - middle);
            byte[] due = theirs.digest(data);
            assertArrayEquals(due, ours.digest());
            assertArrayEquals(due, copy.digest());
        }
    }
}
