package io.hypr.core.internal.backend;

import java.util.Map;

import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Which backend a user wants.
 *
 * @param name of the backend; null = it matters not
 * @param filter over the properties of its service (OSGi Core, section 3.2.7); null = they matter not
 */
public record Wish(String name, Filter filter) {

    /**
     * @param wanted name of a backend, an LDAP filter in parentheses, or null
     * @return what that means
     * @throws HyprException {@code INVALID} if it is no filter
     */
    public static Wish of(String wanted) {
        if (wanted == null || !wanted.startsWith("(")) {
            return new Wish(wanted, null);
        }
        try {
            return new Wish(null, FrameworkUtil.createFilter(wanted));
        } catch (InvalidSyntaxException e) {
            throw new HyprException(ErrorCode.INVALID, "The filter " + wanted + " cannot be read: " + e.getMessage(), e)
                .remedy("Write it as in '(&(facet=snapshot)(facet=vfio))'; 'hypr info' shows the properties of backends.");
        }
    }

    boolean isAny() {
        return name == null && filter == null;
    }

    boolean fits(String backend, Map<String, Object> properties) {
        return (name == null || name.equals(backend)) && (filter == null || filter.matches(properties));
    }

    /** @return what was asked for, as the user wrote it */
    String text() {
        return filter != null ? filter.toString() : name;
    }
}
