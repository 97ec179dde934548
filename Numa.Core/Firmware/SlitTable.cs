using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Numa.Core.Addressing;
using Numa.Core.Nodes;

namespace Numa.Core.Firmware;

/// <summary>Relative distances between proximity domains, as the firmware says them.</summary>
/// <remarks>Shape: [from, to], row-major, square. Source: ACPI 6.5 section 5.2.17 (SLIT).</remarks>
public sealed record SlitTable(int Domains, ImmutableArray<byte> Distances)
{
    private const int HeaderBytes = 36;
    private const int CountBytes = 8;

    public byte this[int from, int to] => Distances[(from * Domains) + to];

    /// <summary>Linux believes a table only if each domain is 10 from itself and farther from every other.</summary>
    public bool IsValid
    {
        get
        {
            for (var i = 0; i < Domains; i++)
            {
                for (var j = 0; j < Domains; j++)
                {
                    if (i == j ? this[i, j] != NodeDistances.Local : this[i, j] <= NodeDistances.Local) return false;
                }
            }

            return true;
        }
    }

    /// <summary>Reads a whole ACPI table, header included.</summary>
    public static bool TryRead(ReadOnlySpan<byte> table, [NotNullWhen(true)] out SlitTable? slit,
        [NotNullWhen(false)] out string? fault)
    {
        slit = null;
        if (table.Length < HeaderBytes + CountBytes)
        {
            fault = $"the table has {table.Length} bytes, expected at least {HeaderBytes + CountBytes}";
            return false;
        }

        if (!table[..4].SequenceEqual("SLIT"u8))
        {
            fault = "the table does not begin with the signature SLIT";
            return false;
        }

        var domains = BitConverter.ToUInt64(table.Slice(HeaderBytes, CountBytes));
        var follow = table.Length - HeaderBytes - CountBytes;
        if (domains is 0 or > 1024 || domains * domains > (ulong)follow)
        {
            fault = $"the table claims {domains} domains, and {follow} distances follow";
            return false;
        }

        var body = table.Slice(HeaderBytes + CountBytes, (int)(domains * domains));
        slit = new((int)domains, [.. body]);
        fault = null;
        return true;
    }

    /// <summary>Distances between nodes: the table read through the domains' nodes, 10 and 20 where it is
    /// silent.</summary>
    public NodeDistances ToNodeDistances(int nodes, IReadOnlyDictionary<int, NodeId> nodeOfDomain)
    {
        var values = new int[nodes * nodes];
        for (var i = 0; i < nodes * nodes; i++)
            values[i] = i / nodes == i % nodes ? NodeDistances.Local : NodeDistances.Remote;
        if (!IsValid) return new(nodes, values);

        foreach (var (from, fromNode) in nodeOfDomain)
        {
            foreach (var (to, toNode) in nodeOfDomain)
            {
                if (from >= Domains || to >= Domains || fromNode.Value >= nodes || toNode.Value >= nodes) continue;
                values[(fromNode.Value * nodes) + toNode.Value] = this[from, to];
            }
        }

        return new(nodes, values);
    }
}
