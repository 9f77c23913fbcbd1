package io.github.tern4j.bitdistill.progress;

/** A listener to long jobs. */
public interface Progress {

  /**
   * A stage of a job begins.
   *
   * @param title what is done, for example {@code stage 2: continual pre-training}
   * @param unit what is counted, in the plural: {@code steps}, {@code rows}
   * @param from where counting begins; above 0 when a run is resumed
   * @param total where it ends
   */
  Stage start(String title, String unit, long from, long total);

  /** A listener that shows nothing. */
  static Progress silent() {
    return (title, unit, from, total) -> new Stage() {
      @Override
      public void at(long position, String note) {}

      @Override
      public void close() {}
    };
  }

  /** A stage under way; closing it ends the display, finished or not. */
  interface Stage extends AutoCloseable {

    /**
     * The job has come to {@code position}. Cheap enough to call in every step.
     *
     * @param note what to show beside the numbers, for example {@code loss 3.214}; may be empty
     */
    void at(long position, String note);

    @Override
    void close();
  }
}
