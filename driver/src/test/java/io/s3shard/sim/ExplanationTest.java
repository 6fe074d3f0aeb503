package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private final AtomicLong events = new AtomicLong();
  private final Ledger ledger =
      new Ledger("test", 1, new byte[100], List.of(), events::incrementAndGet);

  private Operation write(int offset, int length) {
    Operation write = ledger.write(offset, length, 1_000).getFirst();
    ledger.answered(List.of(write));
    return write;
  }

  private static void apply(byte[] content, Operation operation) {
    System.arraycopy(
        operation.content(), 0, content, (int) operation.offset, operation.content().length);
  }

  @Test
  void aPrefixIsExplained() {
    byte[] content = new byte[100];
    Operation a = write(0, 50);
    Operation b = write(25, 50);
    write(10, 10);
    apply(content, a);
    apply(content, b);

    assertThat(ledger.view().explain(content)).containsExactlyInAnyOrder(a, b);
  }

  @Test
  void aGapIsNot() {
    byte[] content = new byte[100];
    write(0, 50);
    apply(content, write(60, 20));

    assertThatThrownBy(() -> ledger.view().explain(content)).hasMessageContaining("show zeros");
  }

  @Test
  void whatAFlushHasCoveredMustBeThere() {
    Operation a = write(0, 50);
    ledger.flushed(ledger.now());
    byte[] content = new byte[100];

    assertThatThrownBy(() -> ledger.view().explain(content)).isInstanceOf(AssertionError.class);
    apply(content, a);
    assertThat(ledger.view().explain(content)).containsExactly(a);
  }

  @Test
  void anOldWriteThatIsBackIsNoticed() {
    byte[] content = new byte[100];
    Operation a = write(0, 50);
    Operation b = write(0, 100);
    apply(content, b);
    apply(content, a);

    assertThatThrownBy(() -> ledger.view().explain(content)).hasMessageContaining("#" + a.number);
  }

  @Test
  void writesAtTheSameTimeMayComeInAnyOrderButOne() {
    List<Operation> a = ledger.write(0, 50, 1_000);
    List<Operation> b = ledger.write(0, 50, 1_000);
    ledger.answered(a);
    ledger.answered(b);
    byte[] content = new byte[100];
    apply(content, b.getFirst());
    apply(content, a.getFirst());
    assertThat(ledger.view().explainWithAllAnswered(content)).hasSize(2);

    Operation c = ledger.write(20, 10, 1_000).getFirst();
    ledger.answered(List.of(c));
    apply(content, c);
    System.arraycopy(b.getFirst().content(), 30, content, 30, 20);
    assertThatThrownBy(() -> ledger.view().explainWithAllAnswered(content))
        .hasMessageContaining("reverse");
  }

  @Test
  void zerosThatTwoMayHaveBroughtAreExplainedByTheOneThatFits() {
    byte[] content = new byte[100];
    Operation written = write(0, 50);
    List<Operation> wide = ledger.zeros(0, 50);
    List<Operation> narrow = ledger.zeros(20, 10);
    apply(content, written);
    apply(content, narrow.getFirst());

    assertThat(ledger.view().explain(content))
        .contains(narrow.getFirst())
        .doesNotContainAnyElementsOf(wide);
  }

  @Test
  void anOrderThatTheBytesContradictMayBeThatOfAThird() {
    byte[] content = new byte[100];
    List<Operation> zeros = ledger.zeros(0, 80);
    List<Operation> written = ledger.write(40, 20, 1_000);
    ledger.answered(zeros);
    ledger.answered(written);
    ledger.flushed(ledger.now());
    List<Operation> later = ledger.zeros(50, 10);
    apply(content, written.getFirst());
    apply(content, later.getFirst());

    assertThat(ledger.view().explain(content)).containsAll(later);
  }

  @Test
  void whatIsHiddenInAnArenaShowsAgainWhenTheArenaIsLost() {
    Operation under = ledger.write(0, 50, 1_000).getFirst();
    Operation over = write(0, 50);
    byte[] content = new byte[100];
    apply(content, over);
    Set<Operation> kept = ledger.view().explainWithAllAnswered(content);
    assertThat(kept).containsExactly(over);

    Ledger next = ledger.goOn("test", 2, content, kept);
    byte[] committed = new byte[100];
    apply(committed, under);

    assertThat(next.view().explain(committed)).containsExactly(under);
  }

  @Test
  void whatIsNotThereIsNotCarriedOn() {
    ledger.write(0, 50, 1_000);
    Ledger next = ledger.goOn("test", 2, new byte[100], Set.of());
    assertThat(next.operations()).isEmpty();
  }

  @Test
  void aRingOfThreeIsNoticed() {
    Order order = new Order();
    Operation a = ledger.write(0, 10, 1_000).getFirst();
    Operation b = ledger.write(0, 10, 1_000).getFirst();
    Operation c = ledger.write(0, 10, 1_000).getFirst();
    order.shown(a, b);
    order.shown(b, c);
    assertThat(order.ring()).isEmpty();

    order.shown(c, a);
    assertThat(order.ring()).containsExactly(a, b, c);
  }

  @Test
  void whoWasOverBeforeAnotherBeganCameBeforeIt() {
    Order order = new Order();
    Operation a = write(0, 10);
    Operation b = write(0, 10);
    Operation c = ledger.write(0, 10, 1_000).getFirst();
    order.shown(b, c);
    assertThat(order.ring()).isEmpty();

    order.shown(c, a);
    assertThat(order.ring()).containsExactlyInAnyOrder(a, b, c);
  }

  @Test
  void aTornWriteIsNotWhole() {
    List<Operation> pieces = ledger.write(0, 80, 40);
    byte[] content = new byte[100];
    apply(content, pieces.get(1));
    assertThatThrownBy(() -> ledger.view().explain(content)).isInstanceOf(AssertionError.class);

    apply(content, pieces.get(0));
    content[79] = 0;
    assertThatThrownBy(() -> ledger.view().explain(content)).isInstanceOf(AssertionError.class);
  }

  @Test
  void theSizeMustBeOneThatWasAskedFor() {
    ledger.answered(ledger.size(200));
    assertThat(ledger.view().explain(new byte[200])).hasSize(1);
    assertThat(ledger.view().explain(new byte[100])).isEmpty();
    assertThatThrownBy(() -> ledger.view().explain(new byte[150]))
        .hasMessageContaining("150 bytes");
    assertThatThrownBy(() -> ledger.view().explain(new byte[50]))
        .hasMessageContaining("at least 100");
  }

  @Test
  void aReadShowsWhatWasLastOrIsUnderWay() {
    Operation a = write(0, 50);
    Operation b = write(0, 50);
    List<Operation> underWay = ledger.write(0, 50, 1_000);
    long issued = ledger.now();

    ledger.requireRead(0, b.content(), issued);
    ledger.requireRead(0, underWay.getFirst().content(), issued);
    assertThatThrownBy(() -> ledger.requireRead(0, a.content(), issued))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> ledger.requireRead(0, new byte[50], issued))
        .hasMessageContaining("zeros");
  }

  @Test
  void aFlushOfWhatTheSuccessorDoesNotHaveIsNoticed() {
    Operation a = write(0, 50);
    byte[] content = new byte[100];
    apply(content, a);
    ledger.superseded(content);
    ledger.flushed(ledger.now());
    write(0, 10);

    assertThatThrownBy(() -> ledger.flushed(ledger.now())).hasMessageContaining("lost the volume");
  }
}
