package io.hypr.image.provider;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.image.Content;

/** Blobs in an OCI image layout under {@code $HYPR_HOME/content}. */
@Component
public final class ContentStore implements Content {

    private final ImageStore store;

    /**
     * @param store what is here
     */
    @Activate
    public ContentStore(@Reference ImageStore store) {
        this.store = store;
    }

    @Override
    public Optional<Path> find(String digest) {
        return store.layout().find(digest);
    }

    @Override
    public String put(InputStream bytes, String digest) {
        return store.layout().put(bytes, digest);
    }
}
