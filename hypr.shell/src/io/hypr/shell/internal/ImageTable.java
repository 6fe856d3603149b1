package io.hypr.shell.internal;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;

/** Images as {@code docker images} shows them: a line for each name. */
public final class ImageTable {

    private static final String NONE = "<none>";

    private ImageTable() {
    }

    /**
     * A name of an image.
     *
     * @param image the image
     * @param repository name without tag, or {@code <none>}
     * @param tag or {@code <none>}
     * @param digest or {@code <none>}
     */
    public record Row(Image image, String repository, String tag, String digest) {

        /**
         * @param wanted a repository, with or without a tag; null = any
         * @return whether it is that
         */
        public boolean fits(String wanted) {
            return wanted == null || wanted.equals(repository) || wanted.equals(repository + ":" + tag);
        }
    }

    /**
     * @param i an image
     * @param digests whether its digests are shown
     * @return its lines
     */
    public static List<Row> rows(Image i, boolean digests) {
        List<Row> rows = new ArrayList<>();
        for (String name : i.tags()) {
            int colon = name.lastIndexOf(':');
            String repository = name.substring(0, colon);
            String digest = i.digests().stream().filter(d -> d.startsWith(repository + "@")).findFirst().map(d -> d.substring(d.indexOf('@') + 1)).orElse(NONE);
            rows.add(new Row(i, repository, name.substring(colon + 1), digest));
        }
        if (rows.isEmpty()) {
            for (String d : digests ? i.digests() : i.digests().stream().limit(1).toList()) {
                rows.add(new Row(i, d.substring(0, d.indexOf('@')), NONE, d.substring(d.indexOf('@') + 1)));
            }
        }
        if (rows.isEmpty()) {
            rows.add(new Row(i, NONE, NONE, NONE));
        }
        return rows;
    }

    /** What Docker does not count for a list. */
    private static final String UNKNOWN = "N/A";

    /**
     * @param row a line
     * @param filters as they were typed
     * @param images for before and since
     * @return whether it fits all of them
     */
    public static boolean fits(Row row, List<String> filters, Images images) {
        boolean all = true; // Each is looked at: what is none is refused, whatever the others say.
        for (String f : filters) {
            int equals = f.indexOf('=');
            String name = equals < 0 ? f : f.substring(0, equals);
            String value = equals < 0 ? "" : f.substring(equals + 1);
            all &= switch (name) {
                case "dangling" -> row.image().tags().isEmpty() == switch (value) {
                    case "true", "1" -> true;
                    case "false", "0" -> false;
                    default -> throw new HyprException(ErrorCode.INVALID, "Invalid filter 'dangling=[" + value + "]'").remedy("It is true or false.");
                };
                case "label" -> ContainerFilters.label(row.image().config().labels(), value);
                case "reference" -> matches(value, row);
                case "before" -> row.image().created().isBefore(created(value, images));
                case "since" -> row.image().created().isAfter(created(value, images));
                default -> throw new HyprException(ErrorCode.INVALID, "Invalid filter '" + name + "'")
                        .remedy("Filters are dangling, label, before, since and reference.");
            };
        }
        return all;
    }

    private static boolean matches(String glob, Row row) {
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        return matcher.matches(Path.of(row.repository())) || matcher.matches(Path.of(row.repository() + ":" + row.tag()));
    }

    private static Instant created(String name, Images images) {
        return images.find(name).orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: " + Names.familiar(name))).created();
    }

    /**
     * @param rows the lines
     * @param format as {@code --format} takes it
     * @param full whether ids are not shortened
     * @param quiet whether only ids are shown
     * @param digests whether digests are shown
     * @return the listing
     */
    public static Listing<Row> list(List<Row> rows, String format, boolean full, boolean quiet, boolean digests) {
        if (quiet && format.equals("table")) {
            StringBuilder ids = new StringBuilder();
            rows.forEach(r -> ids.append(full ? r.image().id() : Names.brief(r.image().id())).append('\n'));
            return new Listing<>(rows, ids.toString());
        }
        Table<Row> t = new Table<Row>("*formatter.imageContext")
                .raw("repository", "Repository").raw("tag", "Tag").raw("image_id", "ID").raw("created_at", "CreatedAt").raw("virtual_size", "Size")
                .field("ID", "IMAGE ID", r -> full ? r.image().id() : Names.brief(r.image().id()))
                .field("Repository", "REPOSITORY", Row::repository)
                .field("Tag", "TAG", Row::tag)
                .field("Digest", "DIGEST", Row::digest)
                .field("CreatedSince", "CREATED", r -> Human.ago(r.image().created()))
                .field("CreatedAt", "CREATED AT", r -> Human.moment(r.image().created()))
                .field("Size", "SIZE", r -> Human.size(r.image().size()))
                .field("VirtualSize", "SIZE", r -> Human.exactSize(r.image().size()))
                .field("SharedSize", "SHARED SIZE", r -> UNKNOWN)
                .field("UniqueSize", "UNIQUE SIZE", r -> UNKNOWN)
                .field("Containers", "CONTAINERS", r -> UNKNOWN);
        return t.list(rows, format, digests
                ? List.of("Repository", "Tag", "Digest", "ID", "CreatedSince", "Size")
                : List.of("Repository", "Tag", "ID", "CreatedSince", "Size"));
    }
}
