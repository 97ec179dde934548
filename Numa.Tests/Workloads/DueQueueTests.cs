using CsCheck;
using Numa.Core.Time;
using Numa.Workloads.Stress;

namespace Numa.Tests.Workloads;

public class DueQueueTests
{
    // Goal: whatever comes and goes, the earliest leaves first, and of two at an instant the one that came first.
    // Method: random instants, small enough to meet, beside a list that is sorted each time; below zero: take one.
    [Fact]
    public void The_earliest_leaves_first() => Gen.Int[-6, 9].Array[0, 200].Sample(steps =>
    {
        var queue = new DueQueue<int>();
        var list = new List<(int At, int Number)>();
        for (var number = 0; number < steps.Length; number++)
        {
            if (steps[number] >= 0)
            {
                queue.Add(new(steps[number]), number);
                list.Add((steps[number], number));
            }
            else if (list.Count > 0)
            {
                var first = list.Min();
                list.Remove(first);
                Assert.Equal(first.At, queue.First.Nanoseconds);
                Assert.Equal(first.Number, queue.RemoveFirst());
            }

            Assert.Equal(list.Count, queue.Count);
            Assert.Equal(list.Select(entry => entry.Number).Order(), queue.All().Order());
        }

        if (queue.Count == 0) Assert.Equal(VirtualInstant.Never, queue.First);
    });
}
