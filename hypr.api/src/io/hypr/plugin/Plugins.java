package io.hypr.plugin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The plug-ins of a hyprd: bundles in {@code $HYPR_HOME/plugins}. Implemented by HYPR, called by front ends from any thread; one change is
 * made at a time. What is installed is started, and is there again after a restart of hyprd. A plug-in with the symbolic name of a bundle
 * that HYPR ships takes that bundle's place until it is removed.
 *
 * <pre>
 * Plugin p = plugins.install("maven:org.example:hypr.vmm.example:1.2.0", directory);
 * plugins.update(p.name, null, directory);
 * plugins.remove(p.name);
 * </pre>
 */
@ProviderType
public interface Plugins {

    /**
     * Installs and starts a plug-in.
     *
     * @param source a file's path, or {@code maven:GROUP:ARTIFACT[:VERSION]}; without a version the newest release
     * @param directory that a relative path is relative to
     * @return the plug-in, which is active
     * @throws io.hypr.model.HyprException {@code INVALID} if it is no bundle or cannot be resolved, {@code DENIED} if its signature is not
     * trusted, {@code CONFLICT} if it is there already, {@code NOT_FOUND} if there is no such file or artifact; nothing has changed then
     */
    Plugin install(String source, Path directory);

    /** {@return all plug-ins, also those that could not be started, by name} */
    List<Plugin> list();

    /**
     * Replaces a plug-in by another version while its microVMs run. If the other version cannot be started, or cannot take over each
     * microVM of a backend that the present one offers, the present one is put back.
     *
     * @param name its symbolic name
     * @param source as for {@link #install}; null = where it came from, for an artifact the newest release
     * @param directory that a relative path is relative to
     * @return the plug-in as it is now
     * @throws io.hypr.model.HyprException as for {@link #install}, and {@code CONFLICT} if it was put back, with the reason
     */
    Plugin update(String name, String source, Path directory);

    /**
     * Stops a plug-in and removes its file. A bundle that HYPR ships with the same name is there again.
     *
     * @param name its symbolic name, or the name of a file that is no plug-in
     * @throws io.hypr.model.HyprException {@code NOT_FOUND} if there is none
     */
    void remove(String name);

    /** A plug-in, or a file in its place. A data transfer object. */
    @ProviderType
    class Plugin {
        /** Its symbolic name; for a file that is no bundle the file's. */
        public String name;
        /** Its version; empty = not known. */
        public String version = "";
        /** {@code active} or {@code failed}. */
        public String state;
        /** Where it came from: as {@link Plugins#install} was told, else the file. */
        public String source;
        /** Whose certificate it is signed with; empty = not signed, or nobody has looked. */
        public String signer = "";
        /** Names of the services that it offers, without their packages, with {@code hypr.name}: {@code VmmBackend qemu}. */
        public List<String> services = new ArrayList<>();
        /** What is wrong with it; empty = nothing. */
        public String problem = "";
        /** What would help; may be empty. */
        public String remedy = "";
    }
}
