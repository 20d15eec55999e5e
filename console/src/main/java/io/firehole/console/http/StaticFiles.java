package io.firehole.console.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The pages that lie in the jar. A browser keeps them and asks by their hash whether they have changed. A page may load what
 * lies beside it and nothing else: no inline code, no other host.
 */
public final class StaticFiles implements Resource {

    /** What a page may do. Styles that scripts set element by element are no inline code. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'";

    /** What lies in the jar and may be served; by the end of its name. */
    private static final Map<String, MediaType> TYPES = Map.of(
            "html", MediaType.HTML_UTF_8,
            "js", MediaType.parse("text/javascript; charset=utf-8"),
            "css", MediaType.CSS_UTF_8,
            "json", MediaType.JSON_UTF_8,
            "svg", MediaType.SVG_UTF_8,
            "png", MediaType.PNG,
            "ico", MediaType.ICO,
            "woff2", MediaType.parse("font/woff2"));

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)+");
    private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9_-]+");

    private record Page(MediaType type, HttpData plain, HttpData zipped, String tag) {}

    private final String root;
    private final Optional<String> only;

    /** Only of files that are in the jar, so there are no more than those. */
    private final Map<String, Page> pages = new ConcurrentHashMap<>();

    private StaticFiles(String root, Optional<String> only) {
        this.root = root.endsWith("/") ? root : root + "/";
        this.only = only;
    }

    /**
     * The files of a folder in the jar, by the part {@code file} of the path, and {@code folder} if there is one.
     *
     * @param root as in {@code /io/firehole/console/dashboard}
     */
    public static StaticFiles below(String root) {
        return new StaticFiles(root, Optional.empty());
    }

    /** One file. */
    public static StaticFiles only(String root, String file) {
        return new StaticFiles(root, Optional.of(file));
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        String file = only.orElseGet(() -> query.part("file"));
        String folder = query.path().getOrDefault("folder", "");
        if (!NAME.matcher(file).matches()
                || !(folder.isEmpty() || FOLDER.matcher(folder).matches())) {
            return missing();
        }
        Page page = pages.computeIfAbsent(folder.isEmpty() ? file : folder + "/" + file, this::read);
        return page == null ? missing() : shown(page, query.headers());
    }

    private static Reply missing() {
        return Reply.problem(HttpStatus.NOT_FOUND, "there is no such file");
    }

    private static Reply shown(Page page, Map<String, String> asked) {
        boolean zipped = asked.getOrDefault("accept-encoding", "").contains("gzip")
                && page.zipped().length() < page.plain().length();
        boolean known = asked.getOrDefault("if-none-match", "").contains(page.tag());
        HttpHeaders headers = HttpHeaders.builder()
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
                .set(HttpHeaderNames.ETAG, page.tag())
                .set(HttpHeaderNames.VARY, "accept-encoding")
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
                .build();
        if (known) {
            return new Reply(HttpStatus.NOT_MODIFIED, page.type(), HttpData.empty(), headers);
        }
        Reply whole = new Reply(HttpStatus.OK, page.type(), zipped ? page.zipped() : page.plain(), headers);
        return zipped ? whole.with(HttpHeaderNames.CONTENT_ENCODING, "gzip") : whole;
    }

    /** Null if there is no such file, or none that may be served. */
    @SuppressWarnings("NullAway") // computeIfAbsent takes null for nothing
    private Page read(String name) {
        MediaType type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            return null;
        }
        try (InputStream in = StaticFiles.class.getResourceAsStream(root + name)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readAllBytes();
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16);
            return new Page(type, HttpData.wrap(bytes), HttpData.wrap(Gzip.packed(bytes)), '"' + hash + '"');
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the jar cannot be read", unreadable);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
