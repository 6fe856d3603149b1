package io.hypr.shell.internal;

import java.util.List;

import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;

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
     * @param images the images
     * @param name a reference, or an id or its beginning
     * @return the image
     * @throws HyprException {@code NOT_FOUND} in Docker's words if it is not here
     */
    public static Image find(Images images, String name) {
        return images.find(name).orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: " + (isId(name) ? name : familiar(name))));
    }

    /**
     * @param name of an image
     * @return whether it can be an id or its beginning
     */
    public static boolean isId(String name) {
        return name.matches("(sha256:)?[0-9a-f]{12,64}");
    }

    /**
     * @param e says that one of the names is no reference
     * @param names as they were typed
     * @return the exception that says so as Docker's client does
     */
    public static InputException unparsable(HyprException e, List<String> names) {
        String name = names.stream().filter(n -> e.getMessage().contains("'" + n + "'")).findFirst().orElse(names.getLast());
        return new InputException("Error parsing reference: \"" + name + "\" is not a valid repository/tag: " + reason(e), e);
    }

    /**
     * @param e says that a name is no reference
     * @return why, in Docker's words
     */
    public static String reason(HyprException e) {
        return e.getMessage().endsWith("must be lowercase") ? e.getMessage() : "invalid reference format";
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
