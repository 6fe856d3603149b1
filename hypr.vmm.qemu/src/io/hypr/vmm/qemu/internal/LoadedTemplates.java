package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.memory.MemoryFile;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.TemplateFiles;

/**
 * Memory of templates, held in sealed files that are memory themselves. QEMU 7 maps a file copy-on-write only if it may write to it, and
 * gives pages that a guest does not need any more back by punching holes into it: a sealed file allows the mapping and refuses all else, so
 * that no guest, not even one that took over its QEMU, can change what the others start from. Safe for use by several threads.
 */
final class LoadedTemplates implements AutoCloseable {

    private final Map<Path, MemoryFile> loaded = new HashMap<>();

    /**
     * Reads a template's memory if that was not done before.
     *
     * @param template to read
     * @return path by which root can open it until it is released
     * @throws HyprException {@code CORRUPT} if it cannot be read
     */
    synchronized Path memory(TemplateFiles template) {
        MemoryFile held = loaded.get(template.directory());
        if (held == null) {
            held = load(template);
            loaded.put(template.directory(), held);
        }
        return held.path();
    }

    private static MemoryFile load(TemplateFiles template) {
        try {
            MemoryFile file = MemoryFile.create("hypr-template", template.description().memory());
            try {
                MemoryFile.copy(template.memory(), file.path());
                file.seal();
                return file;
            } catch (IOException e) {
                file.close();
                throw e;
            }
        } catch (ErrnoException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "There is no memory for the template in " + template.directory() + ".", e);
        } catch (IOException e) {
            throw template.corrupt(e);
        }
    }

    /** Lets go of all but these. MicroVMs that were made of the others go on. */
    synchronized void keep(Set<Path> templates) {
        loaded.entrySet().removeIf(entry -> {
            if (templates.contains(entry.getKey())) {
                return false;
            }
            release(entry.getValue());
            return true;
        });
    }

    private static void release(MemoryFile file) {
        try {
            file.close();
        } catch (ErrnoException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The memory of a template cannot be released.", e);
        }
    }

    @Override
    public void close() {
        keep(Set.of());
    }
}
