using Numa.Core.Rounds;
using Numa.Core.Time;

namespace Numa.Tests.Generators;

/// <summary>Windows narrowed at random, often to what happens at T alone.</summary>
internal static class AnyWindow
{
    /// <summary>Options of one run: the draws go on from round to round.</summary>
    public static RoundOptions Options(ulong seed)
    {
        var random = new SeededRandom(seed);
        return new()
        {
            Narrow = (_, go) =>
            {
                go.RunAhead = Nearer(go.RunAhead, go.Time, ref random);
                go.Serve = Nearer(go.Serve, go.Time, ref random);
            },
        };
    }

    private static VirtualInstant Nearer(VirtualInstant limit, VirtualInstant time, ref SeededRandom random)
    {
        var least = time + new VirtualDuration(1);
        return random.NextBelow(3) switch
        {
            0 => limit,
            1 => least,
            _ => VirtualInstant.Min(limit, least + new VirtualDuration(random.NextBelow(1L << (int)random.NextBelow(20)))),
        };
    }
}
