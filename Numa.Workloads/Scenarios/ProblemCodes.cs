namespace Numa.Workloads.Scenarios;

/// <summary>Stable codes of what can be wrong with a scenario, a machine file or a setting.</summary>
public static class ProblemCodes
{
    /// <summary>A file or folder cannot be read.</summary>
    public const string File = "NUMA100";

    /// <summary>The text is no YAML, or empty.</summary>
    public const string Syntax = "NUMA101";

    /// <summary>A key that nothing reads.</summary>
    public const string UnknownKey = "NUMA102";

    /// <summary>A key that must be there is not.</summary>
    public const string MissingKey = "NUMA103";

    /// <summary>A key stands twice in one mapping.</summary>
    public const string DuplicateKey = "NUMA104";

    /// <summary>A mapping, list or text stands where another of the three is expected.</summary>
    public const string Shape = "NUMA105";

    /// <summary>No number with the unit that is expected.</summary>
    public const string Unit = "NUMA106";

    /// <summary>A number outside its range.</summary>
    public const string Range = "NUMA107";

    /// <summary>A word that is none of those known.</summary>
    public const string Word = "NUMA108";

    /// <summary>Distances that no SLIT could hold.</summary>
    public const string Distances = "NUMA109";

    /// <summary>CPUs that overlap, are missing, or do not exist.</summary>
    public const string Cpus = "NUMA110";

    /// <summary>Node numbers with gaps, or a node that does not exist.</summary>
    public const string Nodes = "NUMA111";

    /// <summary>A workload that waits for one that is not there, or for itself.</summary>
    public const string Order = "NUMA112";

    /// <summary>A setting whose path names nothing, or more than one thing.</summary>
    public const string Setting = "NUMA113";

    /// <summary>Too long, too deep, or built of anchors.</summary>
    public const string Limit = "NUMA114";

    /// <summary>Keys that exclude each other.</summary>
    public const string Conflict = "NUMA115";

    /// <summary>Memory that does not fit: holes, managed pages, zones.</summary>
    public const string Memory = "NUMA116";

    /// <summary>A value that the release's kernel refuses.</summary>
    public const string Sysctl = "NUMA117";

    /// <summary>A step of memory hotplug of which nothing tells what was done.</summary>
    public const string Hotplug = "NUMA120";

    /// <summary>A record of what was done to a running kernel, of which no line can be read.</summary>
    public const string Steps = "NUMA122";

    /// <summary>A file or folder to import in which nothing tells of a machine.</summary>
    public const string Import = "NUMA123";

    /// <summary>A file or folder of another kind than the one that is expected.</summary>
    public const string Kind = "NUMA124";

    /// <summary>A dump of a kernel's memory with a list of what are no frames.</summary>
    public const string Dump = "NUMA121";

    /// <summary>A trace whose events cannot be replayed.</summary>
    public const string Trace = "NUMA231";
}
