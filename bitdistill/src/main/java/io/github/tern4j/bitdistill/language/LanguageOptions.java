package io.github.tern4j.bitdistill.language;

public record LanguageOptions(int groupsPerClass, int labelledPerSide, int heldOutPerSide, int things, int names, double swappedShare,
    int documents, double questionShare, int trainPairs, int devPairs, int testPairs) {
  public static final LanguageOptions DEFAULT = new LanguageOptions(4, 3, 3, 16, 16, 0.5, 30_000, 0.8, 1_500, 600, 2_100);
}
