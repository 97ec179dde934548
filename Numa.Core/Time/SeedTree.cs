using System.Runtime.CompilerServices;

namespace Numa.Core.Time;

/// <summary>Derives independent seeds by name, so that adding one consumer changes no other's numbers.</summary>
public readonly record struct SeedTree(ulong Seed)
{
    /// <summary>The seed of a named part, for example a workload.</summary>
    public SeedTree Child(string name)
    {
        var hash = Seed ^ 0xcbf29ce484222325;
        foreach (var character in name) hash = unchecked((hash ^ character) * 0x100000001b3);
        return new(Mix(hash));
    }

    /// <summary>The seed of a numbered part, for example a task.</summary>
    public SeedTree Child(int number) => new(Mix(unchecked(Seed + ((ulong)number + 1) * 0x9e3779b97f4a7c15)));

    public SeededRandom Random() => new(Seed);

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
            value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
            return value ^ (value >> 31);
        }
    }
}

/// <summary>A stream of random numbers that a seed fixes on every platform: SplitMix64.</summary>
public struct SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong NextUInt64()
    {
        _state = unchecked(_state + 0x9e3779b97f4a7c15);
        return SeedTree.Mix(_state);
    }

    /// <summary>A number in [0, bound).</summary>
    public long NextBelow(long bound) => (long)Math.BigMul(NextUInt64(), (ulong)bound, out _);
}
