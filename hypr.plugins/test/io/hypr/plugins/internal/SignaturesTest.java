package io.hypr.plugins.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;

import jdk.security.jarsigner.JarSigner;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Jars that were signed, and what was done to them. The keys are made by keytool(1): a friend, a stranger, an authority and whom it knows, one of the past. */
class SignaturesTest {

    private static final String PASSWORD = "secret";

    @TempDir
    static Path keys;

    @TempDir
    Path directory;

    @BeforeAll
    static void makeKeys() throws Exception {
        make("friend");
        make("stranger");
        make("past", "-startdate", "-10d", "-validity", "5");
        make("authority", "-ext", "bc:c=ca:true");
        make("known", "-signer", "authority");
        for (String name : List.of("friend", "authority", "past")) {
            keytool("-exportcert", "-rfc", "-alias", name, "-file", keys.resolve(name + ".pem").toString());
        }
        keytool("-importcert", "-noprompt", "-alias", "friend", "-file", keys.resolve("friend.pem").toString(),
            "-keystore", keys.resolve("trusted").toString());
    }

    private static void make(String name, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-keyalg", "EC"));
        words.addAll(List.of(more));
        keytool(words.toArray(String[]::new));
    }

    private static void keytool(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-storepass", PASSWORD));
        command.addAll(List.of(words));
        if (!command.contains("-keystore")) {
            command.addAll(List.of("-keystore", keys.resolve("keys").toString()));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    private Path unsigned(String name) {
        return Jars.bundle(directory.resolve(name), "org.example." + name, Map.of());
    }

    private Path signedBy(String... names) throws Exception {
        Path file = unsigned("plain");
        KeyStore store = KeyStore.getInstance(keys.resolve("keys").toFile(), PASSWORD.toCharArray());
        for (String name : names) {
            Path signed = directory.resolve(name + ".jar");
            Certificate[] chain = store.getCertificateChain(name);
            JarSigner signer = new JarSigner.Builder((PrivateKey) store.getKey(name, PASSWORD.toCharArray()),
                CertificateFactory.getInstance("X.509").generateCertPath(List.of(chain))).signerName(name).build();
            try (ZipFile in = new ZipFile(file.toFile()); OutputStream out = Files.newOutputStream(signed)) {
                signer.sign(in, out);
            }
            file = signed;
        }
        return file;
    }

    /** Changes an entry of a jar, which may not be there yet. */
    private static Path changed(Path jar, String entry, String text) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(jar)) {
            Path inside = zip.getPath(entry);
            if (inside.getParent() != null) {
                Files.createDirectories(inside.getParent());
            }
            Files.writeString(inside, text);
        }
        return jar;
    }

    private static Signatures trusting(String name) {
        return Signatures.of("required", keys.resolve(name + ".pem").toString(), "");
    }

    private static String denied(Signatures signatures, Path jar) {
        HyprException refusal = assertThrows(HyprException.class, () -> signatures.check(jar));
        assertEquals(ErrorCode.DENIED, refusal.code(), refusal.getMessage());
        assertTrue(refusal.remedy().isPresent());
        return refusal.getMessage();
    }

    @Test
    void whereNoneIsRequiredNobodyLooks() {
        assertEquals("", Signatures.of("none", "", "").check(unsigned("any")));
        assertEquals("", Signatures.of("none", "/no/such/file", "").check(Path.of("/no/such/jar")));
    }

    @Test
    void whoIsTrustedIsNamed() throws Exception {
        assertEquals("CN=friend", trusting("friend").check(signedBy("friend")));
        assertEquals("CN=friend", Signatures.of("required", keys.resolve("trusted").toString(), PASSWORD).check(signedBy("friend")), "a key store");
        assertEquals("CN=friend", trusting("friend").check(signedBy("stranger", "friend")), "one of two that is trusted is enough");
    }

    @Test
    void whomATrustedAuthorityKnowsIsTrusted() throws Exception {
        assertEquals("CN=known", trusting("authority").check(signedBy("known")));
        assertEquals("The file " + directory.resolve("known.jar") + " is signed by CN=known, who is not trusted.",
            denied(trusting("friend"), signedBy("known")));
    }

    @Test
    void othersAreDenied() throws Exception {
        assertEquals("The file " + directory.resolve("any") + " is not signed (some/text), and plug-ins must be.", denied(trusting("friend"), unsigned("any")));
        assertEquals("The file " + directory.resolve("stranger.jar") + " is signed by CN=stranger, who is not trusted.",
            denied(trusting("friend"), signedBy("stranger")));
        assertTrue(denied(trusting("past"), signedBy("past")).endsWith("is signed by CN=past, who is not trusted."), "a certificate that has expired");
    }

    @Test
    void whatWasChangedAfterItWasSignedIsDenied() throws Exception {
        Signatures signatures = trusting("friend");
        assertTrue(denied(signatures, changed(signedBy("friend"), "some/text", "another")).contains("was changed after it was signed"));
        assertTrue(denied(signatures, changed(signedBy("friend"), "added", "more")).endsWith("friend.jar is not signed (added), and plug-ins must be."));
    }

    @Test
    void whatTheManifestSaysOfTheBundleIsSignedToo() throws Exception {
        Path jar = signedBy("friend");
        try (FileSystem zip = FileSystems.newFileSystem(jar)) {
            Path manifest = zip.getPath("META-INF/MANIFEST.MF");
            Files.writeString(manifest, Files.readString(manifest).replace("org.example.plain", "org.example.other"));
        }
        assertTrue(denied(trusting("friend"), jar).contains("was changed after it was signed"));
    }

    @Test
    void aFileThatOnlyLooksAsIfItWereOfASignatureIsCheckedToo() throws Exception {
        Path jar = changed(signedBy("friend"), "META-INF/classes/code.SF", "more");
        assertTrue(denied(trusting("friend"), jar).contains("is not signed (META-INF/classes/code.SF)"));
    }

    @Test
    void aJarThatIsNoneIsInvalid() throws IOException {
        Path file = Files.writeString(directory.resolve("text"), "this is no archive");
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> trusting("friend").check(file)).code());
    }

    private static String invalid(String mode, String certificates, String password) {
        HyprException refusal = assertThrows(HyprException.class, () -> Signatures.of(mode, certificates, password));
        assertEquals(ErrorCode.INVALID, refusal.code());
        return refusal.getMessage();
    }

    @Test
    void rulesThatMakeNoSenseAreRefused() throws Exception {
        String text = Files.writeString(directory.resolve("text"), "-----BEGIN nothing").toString();
        String empty = Files.createFile(directory.resolve("empty")).toString();
        assertEquals("'sometimes' is no rule for signatures.", invalid("sometimes", "", ""));
        assertEquals("Signatures are required, but no certificate is trusted.", invalid("required", "", ""));
        assertTrue(invalid("required", "/no/such/file", "").startsWith("The trusted certificates in /no/such/file cannot be read"));
        assertTrue(invalid("required", text, "").contains(text));
        assertTrue(invalid("required", empty, "").contains(empty));
        assertTrue(invalid("required", keys.resolve("trusted").toString(), "wrong").contains("cannot be read"));
        Path copy = Files.copy(keys.resolve("friend.pem"), directory.resolve("copy.pem"), StandardCopyOption.REPLACE_EXISTING);
        try (InputStream in = Files.newInputStream(copy)) {
            Files.write(copy, ("Subject: a friend\n" + new String(in.readAllBytes(), StandardCharsets.US_ASCII)).getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals("CN=friend", Signatures.of("required", copy.toString(), "").check(signedBy("friend")), "words before a certificate are fine");
    }
}
