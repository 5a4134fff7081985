package dev.apparmoradmission.wire;

/** A pod template while it is read. */
final class TemplateDraft {
    final MetadataDraft metadata;
    final SpecDraft spec;

    TemplateDraft(MetadataDraft metadata, SpecDraft spec) {
        this.metadata = metadata;
        this.spec = spec;
    }
}
