package io.hypr.plugins.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

import org.osgi.framework.Constants;
import org.osgi.framework.Version;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * A file that claims to be a bundle and has been looked at.
 *
 * @param file where it is
 * @param name its symbolic name
 * @param version its version
 * @param digest SHA-256 of the file
 */
record Candidate(Path file, String name, Version version, String digest) {

    private static final String REMEDY = "A plug-in is an OSGi bundle: a jar whose manifest has Bundle-ManifestVersion: 2, "
            + "Bundle-SymbolicName and Bundle-Version (docs/PLUGINS.md).";

    /**
     * Looks at a file.
     *
     * @throws HyprException {@code INVALID} if it is no bundle
     */
    static Candidate of(Path file) {
        Attributes head;
        try (JarFile jar = new JarFile(file.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            if (manifest == null) {
                throw invalid(file, "is a jar without a manifest, so no bundle", null);
            }
            head = manifest.getMainAttributes();
        } catch (IOException e) {
            throw invalid(file, "is no jar: " + e.getMessage(), e);
        }
        String name = head.getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (name == null || !"2".equals(head.getValue(Constants.BUNDLE_MANIFESTVERSION))) {
            throw invalid(file, "is a jar, but no bundle: its manifest has no "
                    + (name == null ? Constants.BUNDLE_SYMBOLICNAME : Constants.BUNDLE_MANIFESTVERSION + ": 2"), null);
        }
        name = name.split(";", 2)[0].strip();
        if (!name.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*")) {
            throw invalid(file, "has the symbolic name '" + name + "', which cannot be one", null);
        }
        if (head.getValue(Constants.FRAGMENT_HOST) != null) {
            throw invalid(file, "is a fragment of " + head.getValue(Constants.FRAGMENT_HOST) + ", and fragments are no plug-ins", null);
        }
        try {
            String version = head.getValue(Constants.BUNDLE_VERSION);
            return new Candidate(file, name, Version.parseVersion(version), Digests.of(file));
        } catch (IllegalArgumentException e) {
            throw invalid(file, "has a version that is none: " + e.getMessage(), e);
        }
    }

    private static HyprException invalid(Path file, String what, Exception cause) {
        return new HyprException(ErrorCode.INVALID, "The file " + file + " " + what + ".", cause).remedy(REMEDY);
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
