package io.hypr.plugins;

/** The configuration, PID {@value #PID}. */
@interface PluginsConfiguration {

    /** The PID. */
    String PID = "io.hypr.plugins";

    /** @return {@code required}: only plug-ins with a trusted signature; {@code none}: all */
    String signatures() default "none";

    /** @return file of trusted certificates in PEM, or a key store (PKCS #12, JKS) */
    String certificates() default "";

    /** @return password of the key store */
    String password() default "";

    /** @return address of a Maven repository; empty = as the user's Maven settings say */
    String repository() default "";
}
