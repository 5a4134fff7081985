package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads {@code securityContext.appArmorProfile}. What the API server would refuse
 * ({@code pkg/apis/core/validation}, {@code ValidateAppArmorProfileField}) becomes {@link Profile.Invalid}: it must be
 * neither taken for another value nor for none.
 */
final class ProfileField {

    private static final int LONGEST_NAME_BYTES = 4095;
    private static final String ONE_OF = "one of RuntimeDefault, Localhost, Unconfined";

    private ProfileField() {}

    static Profile read(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return Profile.Undeclared.SHARED;
        }
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return new Profile.Invalid("appArmorProfile is not an object");
        }
        Problem problem = new Problem();
        String type = "";
        boolean named = false;
        String name = "";
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "type" -> type = Json.text(parser, problem, "type");
                case "localhostProfile" -> {
                    named = value != JsonToken.VALUE_NULL;
                    name = Json.text(parser, problem, "localhostProfile");
                }
                default -> parser.skipChildren();
            }
        }
        try {
            problem.failIfSet("appArmorProfile");
        } catch (UnreadableWorkloadException unreadable) {
            return new Profile.Invalid(unreadable.message());
        }
        return profile(type, named, name);
    }

    private static Profile profile(String type, boolean named, String name) {
        return switch (type) {
            case "RuntimeDefault" -> named ? nameOnlyWithLocalhost() : Profile.RuntimeDefault.SHARED;
            case "Unconfined" -> named ? nameOnlyWithLocalhost() : Profile.Unconfined.SHARED;
            case "Localhost" -> localhost(name);
            case "" -> new Profile.Invalid("appArmorProfile has no type: it must be " + ONE_OF);
            default ->
                new Profile.Invalid(
                        "appArmorProfile type " + Quoted.of(type) + " is not " + ONE_OF + " (case matters)");
        };
    }

    private static Profile nameOnlyWithLocalhost() {
        return new Profile.Invalid("localhostProfile can only be set when the type is Localhost");
    }

    private static Profile localhost(String name) {
        if (name.isEmpty()) {
            return new Profile.Invalid("localhostProfile must be set when the type is Localhost");
        }
        if (NameForm.isPadded(name)) {
            return new Profile.Invalid("localhostProfile " + Quoted.of(name) + " is padded with white space");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
            return new Profile.Invalid("localhostProfile is longer than " + LONGEST_NAME_BYTES + " bytes");
        }
        return new Profile.Localhost(name);
    }
}
