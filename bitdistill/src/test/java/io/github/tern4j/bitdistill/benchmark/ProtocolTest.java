package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProtocolTest {

  private static final long SECOND = 1_000_000_000;

  private final AtomicLong now = new AtomicLong();
  private final Deadline deadline = new Deadline(now::get, 10);

  @Test
  void aBriefMeasurementEndsWhereAnotherRoundWouldNotFit() {
    Protocol brief = Protocol.brief();
    assertThat(brief.another(1, 4, deadline)).isTrue();
    now.set(6 * SECOND);
    assertThat(brief.another(2, 4, deadline)).isTrue();
    now.set(6 * SECOND + 1);
    assertThat(brief.another(2, 4, deadline)).isFalse();
    now.set(0);
    assertThat(brief.another(Protocol.ROUNDS, 0, deadline)).isFalse();
  }

  @Test
  void oneRoundIsAlwaysDone() {
    now.set(11 * SECOND);
    assertThat(Protocol.brief().another(0, 0, deadline)).isTrue();
  }

  @Test
  void roundsThatAreGivenAreDoneHoweverLongTheyTake() {
    now.set(100 * SECOND);
    Protocol given = new Protocol(OptionalInt.empty(), OptionalInt.of(7));
    assertThat(given.another(6, 50, deadline)).isTrue();
    assertThat(given.another(7, 50, deadline)).isFalse();
  }

  @Test
  void fullKeepsWhatIsGivenAndFillsInTheRest() {
    assertThat(Protocol.brief().full()).isEqualTo(new Protocol(OptionalInt.of(Protocol.STEPS), OptionalInt.of(Protocol.ROUNDS)));
    assertThat(new Protocol(OptionalInt.of(2), OptionalInt.empty()).full())
        .isEqualTo(new Protocol(OptionalInt.of(2), OptionalInt.of(Protocol.ROUNDS)));
  }
}
