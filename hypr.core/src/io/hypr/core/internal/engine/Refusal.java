package io.hypr.core.internal.engine;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Why the agent did not start a process, in the words that scripts know from Docker.
 *
 * @param exception to be thrown
 * @param exitCode 127 if the command is not there, else 126
 */
record Refusal(HyprException exception, int exitCode) {

    private static final int USER = 5;
    private static final int DIRECTORY = 6;
    private static final int COMMAND = 7;
    private static final int ENOENT = 2;

    static Refusal of(String prefix, String word, String user, String directory, Result r) {
        if (r.stage() == USER) {
            return new Refusal(new HyprException(ErrorCode.INVALID, unknown(user == null ? "" : user, r.text())), 126);
        }
        if (r.stage() == DIRECTORY && !directory.startsWith("/")) {
            return new Refusal(new HyprException(ErrorCode.INVALID, prefix + "Cwd must be an absolute path: unknown"), 126);
        }
        boolean missing = r.stage() == COMMAND && r.errno() == ENOENT;
        boolean bare = word.indexOf('/') < 0;
        String reason = switch (r.stage()) {
            case DIRECTORY -> "chdir to cwd (\"" + directory + "\") set in config.json failed: " + Errno.text(r.errno());
            case COMMAND -> "exec: \"" + word + "\": " + (missing && bare ? "executable file not found in $PATH"
                : missing ? "stat " + word + ": " + Errno.text(r.errno()) : Errno.text(r.errno()));
            default -> (r.text().isEmpty() ? "stage " + r.stage() : r.text()) + ": " + Errno.text(r.errno());
        };
        ErrorCode code = missing ? ErrorCode.NOT_FOUND : r.stage() == COMMAND ? ErrorCode.DENIED : ErrorCode.INVALID;
        return new Refusal(new HyprException(code, prefix + "unable to start container process: " + reason + ": unknown"), missing ? 127 : 126);
    }

    /** The agent tells the name that it did not find: the user, its group, or a further group. */
    private static String unknown(String user, String name) {
        String[] parts = user.split(":", 2);
        if (name.equals(parts[0])) {
            return "unable to find user " + name + ": no matching entries in passwd file";
        }
        return (parts.length == 2 && name.equals(parts[1]) ? "unable" : "Unable") + " to find group " + name + ": no matching entries in group file";
    }
}
