package dev.apparmoradmission.wire;

/** A parser that knows where in the text of the file its current token is written, counted in characters. */
interface Spanned {

    /** Where the token begins; of one that an alias or a merge key brings in, where it stands itself. */
    int start();

    /** Where it ends. Of the end of a collection without brackets it says nothing. */
    int end();

    /** Whether the token begins a collection in brackets or braces. */
    boolean isFlow();

    /** Whether the token is a scalar of whole lines, as behind {@code |} and {@code >}. */
    boolean isBlockScalar();

    /** Where the alias that was read last ends; 0 where there was none. */
    int aliasEnd();
}
