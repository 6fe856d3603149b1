package io.hypr.frontend;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.Availability;

/**
 * One thing that {@code hypr doctor} looks at. A whiteboard: whoever needs something of the host registers a check of it with the service
 * property {@code hypr.name}.
 */
@ConsumerType
public interface DoctorCheck {

    /** {@return what is looked at, in a few words that begin with a capital letter} */
    String title();

    /** {@return whether it is as it should be, or why not and what would help; takes at most a second} */
    Availability check();
}
