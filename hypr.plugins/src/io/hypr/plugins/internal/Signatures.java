package io.hypr.plugins.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Which signatures plug-ins need: those that jarsigner(1) makes, of every file in the jar, by a certificate that is trusted or that a trusted one has issued.
 */
public final class Signatures {

    private final boolean required;
    private final Set<X509Certificate> trusted;

    private Signatures(boolean required, Set<X509Certificate> trusted) {
        this.required = required;
        this.trusted = trusted;
    }

    /**
     * @param mode {@code none} or {@code required}
     * @param store a file of certificates in PEM, or a key store (PKCS #12, JKS); empty = none
     * @param password of the key store; empty = none
     * @return the rules
     * @throws HyprException {@code INVALID} if they make no sense
     */
    public static Signatures of(String mode, String store, String password) {
        if (mode.equals("none")) {
            return new Signatures(false, Set.of());
        }
        if (!mode.equals("required")) {
            throw new HyprException(ErrorCode.INVALID, "'" + mode + "' is no rule for signatures.")
                    .remedy("Set 'signatures' in io.hypr.plugins.cfg to none or required.");
        }
        if (store.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "Signatures are required, but no certificate is trusted.")
                .remedy("Set 'certificates' in io.hypr.plugins.cfg to a file of certificates (PEM) or to a key store.");
        }
        return new Signatures(true, read(Path.of(store), password));
    }

    private static Set<X509Certificate> read(Path file, String password) {
        Set<X509Certificate> all = new HashSet<>();
        try {
            byte[] start;
            try (InputStream in = Files.newInputStream(file)) {
                start = in.readNBytes(1);
            }
            if (start.length == 1 && (start[0] == '-' || start[0] > ' ' && start[0] != 0x30)) {
                try (InputStream in = Files.newInputStream(file)) {
                    CertificateFactory.getInstance("X.509").generateCertificates(in).forEach(c -> all.add((X509Certificate) c));
                }
            } else {
                KeyStore keys = KeyStore.getInstance(file.toFile(), password.isEmpty() ? null : password.toCharArray());
                for (String alias : Collections.list(keys.aliases())) {
                    if (keys.getCertificate(alias) instanceof X509Certificate x) {
                        all.add(x);
                    }
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new HyprException(ErrorCode.INVALID, "The trusted certificates in " + file + " cannot be read: " + e.getMessage(), e)
                .remedy("Set 'certificates' (and 'password' of a key store) in io.hypr.plugins.cfg.");
        }
        if (all.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The file " + file + " holds no certificate.").remedy("Set 'certificates' in io.hypr.plugins.cfg.");
        }
        return all;
    }

    /**
     * Checks a jar.
     *
     * @param file the jar
     * @return the subject of the certificate that it is signed with; empty if nobody has to look
     * @throws HyprException {@code DENIED} if its signature is not as it must be
     */
    public String check(Path file) {
        if (!required) {
            return "";
        }
        String signer = "";
        try (JarFile jar = new JarFile(file.toFile(), true)) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.isDirectory() || isOfSignature(entry.getName())) {
                    continue;
                }
                try (InputStream in = jar.getInputStream(entry)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream()); // Only then the signers are known.
                }
                signer = trustedSigner(file, entry);
            }
        } catch (SecurityException e) {
            throw new HyprException(ErrorCode.DENIED, "The file " + file + " was changed after it was signed: " + e.getMessage(), e)
                    .remedy("Get it anew from who signed it.");
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INVALID, "The file " + file + " cannot be read: " + e.getMessage(), e);
        }
        return signer;
    }

    private static boolean isOfSignature(String name) {
        return name.equals(JarFile.MANIFEST_NAME) || name.matches("META-INF/(SIG-[^/]*|[^/]*\\.(SF|RSA|DSA|EC))");
    }

    private String trustedSigner(Path file, JarEntry entry) {
        CodeSigner[] signers = entry.getCodeSigners();
        if (signers == null) {
            throw new HyprException(ErrorCode.DENIED, "The file " + file + " is not signed" + " (" + entry.getName() + "), and plug-ins must be.")
                .remedy("Sign it with jarsigner, or set signatures=none in io.hypr.plugins.cfg.");
        }
        return Arrays.stream(signers).map(CodeSigner::getSignerCertPath).filter(this::isTrusted).map(Signatures::subject).findFirst()
            .orElseThrow(() -> new HyprException(
            ErrorCode.DENIED, "The file " + file + " is signed by " + subject(signers[0].getSignerCertPath()) + ", who is not trusted.")
                .remedy("Add the certificate to the file that 'certificates' in io.hypr.plugins.cfg names, if you trust it."));
    }

    private static String subject(CertPath path) {
        return ((X509Certificate) path.getCertificates().getFirst()).getSubjectX500Principal().getName();
    }

    private boolean isTrusted(CertPath path) {
        Certificate leaf = path.getCertificates().getFirst();
        try {
            if (trusted.contains(leaf)) {
                ((X509Certificate) leaf).checkValidity();
                return true;
            }
            PKIXParameters rules = new PKIXParameters(trusted.stream().map(c -> new TrustAnchor(c, null)).collect(java.util.stream.Collectors.toSet()));
            rules.setRevocationEnabled(false);
            // A path may end with the trusted certificate itself, which is not part of what is validated.
            CertPath below = CertificateFactory.getInstance("X.509")
                    .generateCertPath(path.getCertificates().stream().filter(c -> !trusted.contains(c)).toList());
            CertPathValidator.getInstance("PKIX").validate(below, rules);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
