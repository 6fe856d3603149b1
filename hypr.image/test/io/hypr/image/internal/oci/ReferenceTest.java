package io.hypr.image.internal.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class ReferenceTest {

    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "nginx, docker.io/library/nginx:latest, nginx:latest",
        "nginx:1.27, docker.io/library/nginx:1.27, nginx:1.27",
        "hypr/welcome, docker.io/hypr/welcome:latest, hypr/welcome:latest",
        "docker.io/nginx, docker.io/library/nginx:latest, nginx:latest",
        "index.docker.io/library/nginx, docker.io/library/nginx:latest, nginx:latest",
        "ghcr.io/a/b/c:X_1.2-3, ghcr.io/a/b/c:X_1.2-3, ghcr.io/a/b/c:X_1.2-3",
        "localhost/a, localhost/a:latest, localhost/a:latest",
        "localhost:5000/a, localhost:5000/a:latest, localhost:5000/a:latest",
        "registry:5000/a/b:t, registry:5000/a/b:t, registry:5000/a/b:t",
        "[::1]:5000/a, [::1]:5000/a:latest, [::1]:5000/a:latest",
        "a__b/c-d.e---f, docker.io/a__b/c-d.e---f:latest, a__b/c-d.e---f:latest",
    })
    void namesAreReadAsDockerReadsThem(String text, String full, String shown) {
        assertEquals(full, Reference.parse(text).fullName());
        assertEquals(shown, Reference.parse(text).shortName());
    }

    @Test
    void digestsNameManifests() {
        Reference r = Reference.parse("ghcr.io/a/b:t@" + DIGEST);
        assertEquals(DIGEST, r.version());
        assertEquals("t", r.tag());
        assertEquals("", Reference.parse("a@" + DIGEST).tag());
        assertEquals("a@" + DIGEST, Reference.parse("a@" + DIGEST).shortName());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":tag", "nginx:", "nginx:a b", "nginx:-x", "a//b", "/a", "a/", "-a", "a_-b", "a@sha256:12", "a@", "a b",
    "../a", "http://a/b", "a:b:c",
        "ghcr.io/", "registry:port/a", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "a\u0000b", "äb"})
    void otherTextsAreInvalid(String text) {
        HyprException e = assertThrows(HyprException.class, () -> Reference.parse(text));
        assertEquals(ErrorCode.INVALID, e.code());
        assertTrue(e.getMessage().startsWith("invalid reference format: '" + text + "'"), e.getMessage());
    }

    /** What docker 28.2.2 says after its name: {@code docker run NAME}. */
    @ParameterizedTest
    @CsvSource({"Nginx, library/Nginx", "UPPER:::case, library/UPPER", "a/Nginx:t, a/Nginx"})
    void namesInUpperCaseAreInvalid(String text, String repository) {
        assertEquals("invalid reference format: repository name (" + repository + ") must be lowercase",
            assertThrows(HyprException.class, () -> Reference.parse(text)).getMessage());
    }

    @Test
    void longNamesAreInvalidWithoutTakingLong() {
        assertThrows(HyprException.class, () -> Reference.parse("a".repeat(100_000)));
        assertThrows(HyprException.class, () -> Reference.parse("a/".repeat(50_000) + "A"));
    }

    @ParameterizedTest
    @CsvSource({"linux/amd64, linux/amd64, true", "linux/amd64, linux/arm64, false", "linux/arm64, linux/arm64/v8, true",
    "linux/arm/v7, linux/arm/v6, false", "linux/arm, linux/arm/v6, true",
        "linux/amd64, linux/amd64/v3, false", "linux/amd64/v3, linux/amd64/v3, true", "linux/x86_64, linux/amd64, true", "linux/amd64, windows/amd64, false"})
    void platformsAcceptWhatRunsOnThem(String asked, String offered, boolean accepted) {
        assertEquals(accepted, Platform.parse(asked).accepts(Platform.parse(offered)));
    }

    @Test
    void malformedPlatformsAreInvalid() {
        assertEquals(Platform.parse(null), Platform.parse("linux"));
        assertEquals("linux/arm64", Platform.parse("aarch64").toString());
        assertEquals("linux/amd64", Platform.parse("Linux/AMD64").toString());
        assertThrows(HyprException.class, () -> Platform.parse("linux/"));
        assertFalse(Platform.parse(null).architecture().isEmpty());
    }
}
