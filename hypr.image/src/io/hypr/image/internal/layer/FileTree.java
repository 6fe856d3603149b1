package io.hypr.image.internal.layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.hypr.tar.TarEntry;
import io.hypr.tar.TarException;

/**
 * The file tree that layers leave when they are unpacked one over the other, without the contents. It does what unpacking on a file system
 * would: parents that are symbolic links are followed within the tree, names can share a file, whiteouts remove what lower layers brought.
 * Not safe for threads.
 */
final class FileTree {

    private static final String WHITEOUT = ".wh.";
    private static final String RESERVED = ".wh..wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MAXIMUM_COMPONENT = 255;
    private static final int MAXIMUM_LINKS = 40;
    private static final int MAXIMUM_DEPTH = 1000;
    private static final Pattern SLASHES = Pattern.compile("/+");

    /** A file, apart from its names. */
    static final class Inode {
        final TarEntry entry;
        final int layer;
        final int ordinal;

        Inode(TarEntry entry, int layer, int ordinal) {
            this.entry = entry;
            this.layer = layer;
            this.ordinal = ordinal;
        }
    }

    /** A name. */
    static final class Node {
        final Node parent;
        final Map<String, Node> children = new HashMap<>(4);
        Inode inode;
        int layer;
        final int depth;

        Node(Node parent, Inode inode, int layer) {
            this.parent = parent;
            this.depth = parent == null ? 0 : parent.depth + 1;
            this.inode = inode;
            this.layer = layer;
        }

        boolean isDirectory() {
            return inode.entry.type() == TarEntry.DIRECTORY;
        }
    }

    private final Node root = new Node(null, implicit(-1), -1);

    Node root() {
        return root;
    }

    /**
     * Unpacks one more layer.
     *
     * @param layer its number, higher than those before
     * @param entries its headers
     * @throws TarException if one leads out of the tree or contradicts another
     */
    void apply(int layer, List<TarEntry> entries) throws TarException {
        for (int i = 0; i < entries.size(); i++) {
            apply(entries.get(i), layer, i);
        }
    }

    private void apply(TarEntry entry, int layer, int ordinal) throws TarException {
        List<String> path = components(entry.name(), entry.name());
        if (path.isEmpty()) {
            if (entry.type() == TarEntry.DIRECTORY) {
                root.inode = new Inode(entry, layer, ordinal);
            }
            return;
        }
        String name = path.removeLast();
        if (name.equals(OPAQUE)) {
            Node directory = walk(path, null, layer, entry.name());
            if (directory != null) {
                directory.children.values().removeIf(child -> removeLower(child, layer));
            }
        } else if (name.startsWith(RESERVED) || path.stream().anyMatch(component -> component.startsWith(RESERVED))) {
            // Left by AUFS for itself; Docker skips them as well.
            return;
        } else if (name.startsWith(WHITEOUT)) {
            whiteout(name.substring(WHITEOUT.length()), walk(path, null, layer, entry.name()), layer, entry.name());
        } else {
            add(walk(path, implicit(layer), layer, entry.name()), name, entry, layer, ordinal);
        }
    }

    private static void whiteout(String name, Node directory, int layer, String entry) throws TarException {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new TarException("The whiteout " + TarEntry.readable(entry) + " names nothing that can be removed.");
        }
        if (directory != null) {
            directory.children.computeIfPresent(name, (key, node) -> removeLower(node, layer) ? null : node);
        }
    }

    private void add(Node parent, String name, TarEntry entry, int layer, int ordinal) throws TarException {
        Node old = parent.children.get(name);
        Inode inode = entry.type() == TarEntry.HARD_LINK ? target(entry) : new Inode(entry, layer, ordinal);
        if (entry.type() == TarEntry.SYMBOLIC_LINK) {
            checkLink(parent.depth, entry);
        }
        if (old != null && old.isDirectory() && inode.entry.type() == TarEntry.DIRECTORY) {
            old.inode = inode;
            old.layer = layer;
        } else {
            parent.children.put(name, new Node(parent, inode, layer));
        }
    }

    /** A hard link has the inode of what it names, from whichever layer; its last component is not followed. */
    private Inode target(TarEntry entry) throws TarException {
        List<String> path = components(entry.link(), entry.name());
        String name = path.isEmpty() ? "" : path.removeLast();
        Node directory = walk(path, null, 0, entry.name());
        Node node = directory == null ? null : directory.children.get(name);
        if (node == null || node.isDirectory()) {
            throw new TarException("The hard link " + TarEntry.readable(entry.name()) + " leads to " + TarEntry.readable(entry.link()) + ", which is "
                    + (node == null ? "not in the image." : "a directory."));
        }
        return node.inode;
    }

    /** Docker refuses relative links that climb out of the root; absolute ones mean the image's own root. */
    private static void checkLink(int depth, TarEntry entry) throws TarException {
        if (entry.link().isEmpty()) {
            throw new TarException("The symbolic link " + TarEntry.readable(entry.name()) + " leads nowhere.");
        }
        int level = entry.link().startsWith("/") ? 0 : depth;
        for (String component : SLASHES.split(entry.link())) {
            level += component.equals("..") ? -1 : component.isEmpty() || component.equals(".") ? 0 : 1;
            if (level < 0) {
                throw new TarException(
                        "The symbolic link " + TarEntry.readable(entry.name()) + " leads out of the root, to " + TarEntry.readable(entry.link()) + ".");
            }
        }
    }

    /**
     * Goes down a path, through symbolic links.
     *
     * @param fill what missing directories become; null = return null when one is missing
     */
    private Node walk(List<String> path, Inode fill, int layer, String entry) throws TarException {
        List<String> rest = new ArrayList<>(path.reversed());
        Node at = root;
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.removeLast();
            if (name.equals("..")) {
                at = at.parent == null ? at : at.parent;
                continue;
            }
            Node next = at.children.get(name);
            if (next == null) {
                if (fill == null) {
                    return null;
                }
                next = new Node(at, fill, layer);
                at.children.put(name, next);
            }
            switch (next.inode.entry.type()) {
                case TarEntry.DIRECTORY -> at = next;
                case TarEntry.SYMBOLIC_LINK -> {
                    if (++links > MAXIMUM_LINKS) {
                        throw new TarException("The path " + TarEntry.readable(entry) + " goes through too many symbolic links.");
                    }
                    String link = next.inode.entry.link();
                    at = link.startsWith("/") ? root : at;
                    for (String component : List.of(SLASHES.split(link)).reversed()) {
                        if (!component.isEmpty() && !component.equals(".")) {
                            rest.add(component);
                        }
                    }
                }
                default -> throw new TarException(
                        "The path " + TarEntry.readable(entry) + " goes through " + TarEntry.readable(name) + ", which is not a directory.");
            }
        }
        if (at.depth > MAXIMUM_DEPTH) {
            throw new TarException("The path " + TarEntry.readable(entry.substring(0, Math.min(40, entry.length())))
                    + "... lies deeper than " + MAXIMUM_DEPTH + " directories.");
        }
        return at;
    }

    /** Takes away what layers below brought. Returns whether the node itself goes, too. */
    private static boolean removeLower(Node node, int layer) {
        node.children.values().removeIf(child -> removeLower(child, layer));
        return node.layer < layer && node.children.isEmpty();
    }

    /** Names count from the image's root, whether they begin with a slash or not, as for Docker. */
    private static List<String> components(String name, String entry) throws TarException {
        List<String> path = new ArrayList<>();
        for (String component : SLASHES.split(name)) {
            if (component.equals("..")) {
                throw new TarException("The member " + TarEntry.readable(entry) + " has '..' in its path, which could lead out of the root.");
            }
            if (component.length() > MAXIMUM_COMPONENT) {
                throw new TarException("The member " + TarEntry.readable(entry.substring(0, 40)) + "... has a name of " + component.length()
                        + " octets; file systems allow " + MAXIMUM_COMPONENT + ".");
            }
            if (!component.isEmpty() && !component.equals(".")) {
                path.add(component);
            }
        }
        return path;
    }

    private static Inode implicit(int layer) {
        return new Inode(TarEntry.directory(""), layer, -1);
    }
}
