package io.firehole.console.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.access.Access;
import io.firehole.console.access.Role;
import io.firehole.console.http.Action;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths of the console as an OpenAPI document. It is made from the table of routes, so that it names the paths, parameters
 * and roles that there are; what answers and questions have is written beside it, in {@code answers.json}.
 */
public final class OpenApiResource implements Resource {

    private static final Pattern PART = Pattern.compile("\\{(\\w+)}");

    /** Paths whose answers are documents of their own, without the usual envelope. */
    private static final Set<String> BARE = Set.of("/api/grpc-pool/health", "/api/dashboard/metrics");

    /** What each answer and the body of a question has, by method and path; tests hold it to what is answered and taken. */
    private static final JsonNode ANSWERS = answers();

    private final List<Route> routes;

    /** @param routes looked at when somebody asks, so the caller may add to them until then */
    public OpenApiResource(List<Route> routes) {
        this.routes = routes;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        ObjectNode document = Reply.JSON.objectNode().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Firehole console")
                .put("version", "1")
                .put("description", "What people and scripts see of a running Firehole. See docs/console.md.");
        ObjectNode paths = document.putObject("paths");
        for (Route route : routes) {
            ObjectNode path = paths.putObject(route.path());
            put(
                    path.putObject("get"),
                    "GET",
                    route,
                    route.get(),
                    route.resource().parameters());
            if (route.resource() instanceof Action action) {
                ObjectNode post = path.putObject("post");
                put(post, "POST", route, route.post(), action.orders());
                JsonNode body = ANSWERS.path("questions").path("POST " + route.path());
                if (body.isTextual()) {
                    post.putObject("requestBody")
                            .put("required", true)
                            .putObject("content")
                            .putObject("application/json")
                            .set("schema", reference(body.textValue()));
                }
                post.withArray("parameters")
                        .addObject()
                        .put("name", "X-Firehole-Order")
                        .put("in", "header")
                        .put("required", true)
                        .put("description", "any value; no form of a browser can send it")
                        .putObject("schema")
                        .put("type", "string");
            }
        }
        components(document.putObject("components"));
        return Reply.document(HttpStatus.OK, document);
    }

    private static void put(ObjectNode operation, String method, Route route, Role role, Set<String> parameters) {
        operation.put("summary", route.summary()).put("x-role", role.word());
        ArrayNode listed = operation.putArray("parameters");
        Matcher part = PART.matcher(route.path());
        while (part.find()) {
            parameter(listed, part.group(1), "path").put("required", true);
        }
        new TreeSet<>(parameters).forEach(name -> parameter(listed, name, "query"));
        ArrayNode security = operation.putArray("security");
        if (role != Role.NONE) {
            security.addObject().putArray("token");
            security.addObject().putArray("session");
        }
        ObjectNode responses = operation.putObject("responses");
        ObjectNode good = responses.putObject("200").put("description", route.summary());
        JsonNode named = ANSWERS.path("answers").path(method + " " + route.path());
        if (named.isTextual()) {
            ObjectNode content = good.putObject("content").putObject("application/json");
            content.set("schema", schema(route.path(), named.textValue()));
        }
        ObjectNode wrong = responses.putObject("default").put("description", "why not, and what is allowed");
        wrong.putObject("content")
                .putObject("application/problem+json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/Problem");
    }

    private static ObjectNode schema(String path, String name) {
        if (BARE.contains(path)) {
            return reference(name);
        }
        ObjectNode schema = Reply.JSON.objectNode();
        ArrayNode both = schema.putArray("allOf").add(reference("Answer"));
        both.addObject().putObject("properties").set("data", reference(name));
        return schema;
    }

    private static ObjectNode reference(String name) {
        return Reply.JSON.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    private static JsonNode answers() {
        try (InputStream in = OpenApiResource.class.getResourceAsStream("answers.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in, "answers.json"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the jar cannot be read", unreadable);
        }
    }

    private static ObjectNode parameter(ArrayNode listed, String name, String in) {
        ObjectNode parameter = listed.addObject().put("name", name).put("in", in);
        parameter.putObject("schema").put("type", "string");
        return parameter;
    }

    private static void components(ObjectNode components) {
        ObjectNode schemas = components.putObject("schemas");
        ANSWERS.get("schemas").properties().forEach(one -> schemas.set(one.getKey(), one.getValue()));
        ObjectNode answer = schemas.putObject("Answer").put("type", "object");
        answer.putArray("required").add("success").add("data");
        answer.putObject("properties").putObject("success").put("const", true);
        ObjectNode problem = schemas.putObject("Problem").put("type", "object");
        problem.putArray("required")
                .add("success")
                .add("type")
                .add("title")
                .add("status")
                .add("detail");
        ObjectNode properties = problem.putObject("properties");
        properties.putObject("success").put("const", false);
        properties.putObject("status").put("type", "integer");
        for (String text : List.of("type", "title", "detail")) {
            properties.putObject(text).put("type", "string");
        }
        ObjectNode security = components.putObject("securitySchemes");
        security.putObject("token").put("type", "http").put("scheme", "bearer");
        security.putObject("session").put("type", "apiKey").put("in", "cookie").put("name", Access.COOKIE);
    }
}
