using System.Text.RegularExpressions;
using Numa.Core.Diagnostics;
using Numa.Core.Kernels;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Importing;

/// <summary>The kernel of an imported machine, and what there is to say about the choice.</summary>
/// <param name="Remark">Null when the kernel was named and is known.</param>
internal sealed partial record KernelChoice(KernelRelease Release, string? Remark)
{
    /// <summary>A version that Numa does not know, so that the file asks for it; null for the release's name.</summary>
    public string? Unknown { get; private init; }

    /// <param name="named">Version that the user named; it wins.</param>
    /// <param name="told">Version that the input tells.</param>
    /// <exception cref="InputException">The version is none, or too old.</exception>
    public static KernelChoice Of(string? named, string? told)
    {
        if ((named ?? told) is not { } version)
        {
            return new(KernelRelease.Known[^1],
                "The kernel is not told; the newest that Numa knows is taken. --kernel names another.");
        }

        if (KernelRelease.Find(version, out var exact) is { } release)
        {
            return new(release, exact
                ? KernelRelease.NoteOf(version)
                : $"Kernel {version} is not known; the rules of {release.Name}, the nearest older, stand in.")
            {
                Unknown = exact ? null : Numbers().Match(version).Value,
            };
        }

        var where = named is null ? "the input" : $"--kernel {named}";
        throw new InputException([new(new(where, 0, 0), ProblemCodes.Word, $"kernel '{YamlScalar.Short(version)}' is no"
            + $" known release; expected a version from {KernelRelease.Known[0].Name} on, for example 6.1")]);
    }

    public MachineDraft ApplyTo(MachineDraft draft) =>
        (Remark is null ? draft : draft.With("kernel", Remark)) with { Kernel = Unknown };

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Numbers();
}
