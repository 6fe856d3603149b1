package io.hypr.shell.internal;

/** References of images as Docker shows them. */
public final class Names {

    private Names() {
    }

    /**
     * @param reference as it was typed
     * @return with the tag that it stands for
     */
    public static String familiar(String reference) {
        String last = reference.substring(reference.lastIndexOf('/') + 1);
        return last.contains(":") || last.contains("@") ? reference : reference + ":latest";
    }

    /**
     * @param reference with a tag or digest
     * @return with the registry that it stands for
     */
    public static String canonical(String reference) {
        int slash = reference.indexOf('/');
        String first = slash < 0 ? "" : reference.substring(0, slash);
        if (first.contains(".") || first.contains(":") || first.equals("localhost")) {
            return reference;
        }
        return "docker.io/" + (slash < 0 ? "library/" : "") + reference;
    }

    /**
     * @param id an id with or without {@code sha256:}
     * @return its first 12 digits
     */
    public static String brief(String id) {
        String digits = id.startsWith("sha256:") ? id.substring("sha256:".length()) : id;
        return digits.length() > 12 ? digits.substring(0, 12) : digits;
    }
}
