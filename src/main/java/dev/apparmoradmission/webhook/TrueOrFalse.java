package dev.apparmoradmission.webhook;

import org.eclipse.microprofile.config.spi.Converter;

/** Takes {@code true} and {@code false} and nothing else: the usual converter takes any misspelt word for false. */
public final class TrueOrFalse implements Converter<Boolean> {

    private static final long serialVersionUID = 1L;

    @Override
    public Boolean convert(String value) {
        return switch (value.trim()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }
}
