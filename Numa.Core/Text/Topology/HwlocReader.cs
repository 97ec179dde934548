using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Numa.Core.Addressing;
using Numa.Core.Diagnostics;
using Numa.Core.Nodes;

namespace Numa.Core.Text.Topology;

/// <summary>Reads the XML of hwloc: <c>lstopo --of xml</c>, of hwloc 1, 2 and 3.</summary>
/// <remarks>Read are objects of type NUMANode (of hwloc 1 the whole machine, where it has none) with memory and CPUs,
/// the matrix of latencies between them, and the kernel's version. Source: hwloc's documentation, "Importing and
/// exporting topologies from/to XML files".</remarks>
public static class HwlocReader
{
    internal const string Code = "NUMA252";
    private const int MostDepth = 128;

    /// <summary>The text is of this kind.</summary>
    public static bool Recognises(string text) => text.AsSpan().TrimStart().StartsWith("<")
        && text.AsSpan(0, Math.Min(text.Length, 2000)).Contains("<topology", StringComparison.Ordinal);

    /// <param name="file">Name of the text, for problems.</param>
    /// <returns>Null when something is wrong.</returns>
    public static NodeTable? Read(string file, string text, out ImmutableArray<Problem> problems)
    {
        var log = new TopologyProblems(file, Code);
        var table = Load(text, log) is { } topology ? Read(topology, log) : null;
        problems = log.All;
        return problems.IsEmpty ? table : null;
    }

    /// <remarks>Every file names a document type: that is skipped, so that nothing in it is defined, let alone
    /// fetched.</remarks>
    private static XElement? Load(string text, TopologyProblems log)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text.TrimStart()), new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Ignore,
                XmlResolver = null,
                IgnoreWhitespace = true,
                IgnoreComments = true,
            });
            while (reader.Read())
            {
                if (reader.Depth <= MostDepth) continue;
                log.Add(((IXmlLineInfo)reader).LineNumber, ((IXmlLineInfo)reader).LinePosition,
                    $"nested more than {MostDepth} deep");
                return null;
            }

            using var again = XmlReader.Create(new StringReader(text.TrimStart()),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            var root = XDocument.Load(again, LoadOptions.SetLineInfo).Root!;
            if (root.Name.LocalName == "topology") return root;
            Add(log, root, $"found the element '{root.Name.LocalName}'; expected 'topology'");
        }
        catch (XmlException error)
        {
            log.Add(error.LineNumber, error.LinePosition, "no valid XML: " + error.Message.ReplaceLineEndings(" "));
        }

        return null;
    }

    private static NodeTable? Read(XElement topology, TopologyProblems log)
    {
        var objects = topology.Descendants("object").ToList();
        var listed = objects.Where(IsNode).ToList();
        // hwloc 1 draws no node on a machine that has one only.
        if (listed.Count == 0) listed = [.. objects.Where(one => (string?)one.Attribute("type") == "Machine").Take(1)];
        if (listed.Count == 0)
        {
            Add(log, topology, "no object of type NUMANode or Machine");
            return null;
        }

        CheckArchitecture(objects, log);
        var ids = listed.Select(one => Id(one, log)).OfType<NodeId>().ToImmutableArray();
        foreach (var twin in listed.Where(_ => ids.Length == listed.Count).Zip(ids).GroupBy(pair => pair.Second)
            .Where(twins => twins.Count() > 1))
        {
            Add(log, twin.Last().First, $"a second node with os_index {twin.Key}");
        }

        // A matrix belongs to nodes that are all known.
        var distances = ids.Distinct().Count() == listed.Count ? HwlocDistances.Read(topology, ids, log) : null;
        var nodes = listed.Select(one => Node(one, log)).OfType<HwlocNode>().ToList();
        if (log.IsEmpty && nodes.All(node => node.Bytes == 0)) Add(log, listed[0], "no node has local_memory");
        if (!log.IsEmpty) return null;

        var defaults = new List<string>();
        var table = NodeTable.Complete(HwlocCpus.Assign(nodes, Machine(objects), defaults), distances, defaults);
        // A node that hwloc left out has no row.
        if (distances is not null && table.Nodes.Length != nodes.Count) table = table with { Distances = null };
        return table with
        {
            KernelVersion = (string?)Info(objects, "OSRelease")?.Attribute("value"),
            SizesAreExact = true,
        };
    }

    private static XElement? Info(IEnumerable<XElement> objects, string name) => objects
        .SelectMany(one => one.Elements("info")).FirstOrDefault(info => (string?)info.Attribute("name") == name);

    /// <summary>Nodes look alike everywhere; zones do not.</summary>
    private static void CheckArchitecture(IEnumerable<XElement> objects, TopologyProblems log)
    {
        if (Info(objects, "Architecture") is { } info && (string?)info.Attribute("value") is { } name
            && name is not ("x86_64" or "amd64"))
        {
            Add(log, info, $"the architecture is '{name}'; expected x86_64, the one whose zones Numa knows here");
        }
    }

    private static bool IsNode(XElement element) => (string?)element.Attribute("type") == "NUMANode";

    private static ImmutableArray<CpuId> Machine(IEnumerable<XElement> objects) =>
        objects.FirstOrDefault(one => (string?)one.Attribute("type") == "Machine")?.Attribute("cpuset") is { } set
            ? HwlocCpuset.Parse(set.Value) ?? []
            : [];

    private static NodeId? Id(XElement element, TopologyProblems log)
    {
        if (IndexOf(element) is { } id) return id;
        Add(log, element, $"os_index '{(string?)element.Attribute("os_index")}' is no node; expected 0 to"
            + $" {NodeId.MaxCount - 1}");
        return null;
    }

    /// <summary>A machine without nodes is node 0.</summary>
    private static NodeId? IndexOf(XElement element) => !IsNode(element) ? new(0)
        : int.TryParse((string?)element.Attribute("os_index"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var id) && id < NodeId.MaxCount ? new(id) : null;

    private static HwlocNode? Node(XElement element, TopologyProblems log)
    {
        if (IndexOf(element) is not { } id) return null;
        var memory = (string?)element.Attribute("local_memory") ?? "0";
        if (!long.TryParse(memory, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            || bytes > NodeTable.MostBytes)
        {
            Add(log, element, $"local_memory of node {id} is '{memory}'; expected a number of bytes up to"
                + $" {NodeTable.MostBytes}");
            return null;
        }

        var mask = (string?)element.Attribute("cpuset") ?? "0x0";
        if (HwlocCpuset.Parse(mask) is { } cpus) return new(id, bytes, cpus);
        Add(log, element, $"cpuset of node {id} is '{mask}'; expected a mask such as 0x000000ff,0xffffffff");
        return null;
    }

    internal static void Add(TopologyProblems log, XElement element, string message)
    {
        var line = (IXmlLineInfo)element;
        log.Add(line.LineNumber, line.LinePosition, message);
    }
}

/// <summary>A node as hwloc draws it: the CPUs are those near it, its own or not.</summary>
internal sealed record HwlocNode(NodeId Id, long Bytes, ImmutableArray<CpuId> Near);
