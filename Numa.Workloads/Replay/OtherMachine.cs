using System.Collections.Immutable;
using Numa.Core.Addressing;
using Numa.Core.Boot;
using Numa.Core.Diagnostics;
using Numa.Core.Zones;
using Numa.Workloads.Scenarios;

namespace Numa.Workloads.Replay;

/// <summary>The machine on which a capture's requests are made again.</summary>
/// <remarks>
/// The capture's own machine under other settings goes on from the capture's lists: only what the settings change of
/// marks, reserves, sizes and zonelists is taken from a boot with them. Any other machine, and the same one with
/// another kernel or other zones, begins as boot leaves it: pages of the one have no place on the other.
/// </remarks>
internal sealed class OtherMachine
{
    private const string PolicyPrefix = "policy.";

    private readonly MachineImage? _booted;
    private readonly MachineImage? _unchanged;

    /// <param name="own">The capture's machine.</param>
    /// <exception cref="InputException">The machine or a setting is wrong.</exception>
    public OtherMachine(ElsewhereRequest request, MachineImage own)
    {
        var problems = new ProblemList();
        Policies = ReadPolicies(request.Settings, problems);
        problems.ThrowIfAny();
        List<Setting> settings = [.. request.Settings.Where(setting => !IsPolicy(setting))];
        if (request.Machine is not null || settings.Count > 0)
        {
            var booted = Boot(request.Machine ?? request.Capture, settings, out var notes);
            Notes = [.. notes, .. booted.Image.Notes,
                .. booted.Counterfactuals.Select(impossible => $"COUNTERFACTUAL: {impossible}")];
            _booted = booted.Image;
            if (request.Machine is null)
            {
                var unchanged = Boot(request.Capture, [], out _).Image;
                if (unchanged.Release.HasRulesOf(_booted.Release) && Extents(unchanged).SequenceEqual(Extents(_booted)))
                    _unchanged = unchanged;
            }
        }

        BeginsAtBoot = _booted is not null && _unchanged is null;
        Base = BeginsAtBoot ? _booted! : own;
    }

    /// <summary>Policies that the settings change, by task number.</summary>
    public Dictionary<int, TaskPolicy> Policies { get; }

    /// <summary>Nothing of the capture's memory is carried over.</summary>
    public bool BeginsAtBoot { get; }

    /// <summary>The machine without a phase's lists.</summary>
    public MachineImage Base { get; }

    /// <summary>What was estimated of the machine, or is against its release.</summary>
    public ImmutableArray<string> Notes { get; } = [];

    /// <summary>The machine at the beginning of a phase.</summary>
    /// <param name="here">The capture's own, with the phase's lists.</param>
    public MachineImage At(MachineImage here)
    {
        if (_booted is null) return here;
        if (_unchanged is null) return _booted;
        return here with
        {
            Zonelists = _booted.Zonelists,
            Settings = _booted.Settings,
            Zones = [.. here.Zones.Select((zone, slot) =>
                Changed(zone, _unchanged.Zones[slot].Tuning, _booted.Zones[slot].Tuning))],
        };
    }

    private static ZoneImage Changed(ZoneImage here, ZoneTuning was, ZoneTuning now)
    {
        var tuning = here.Tuning with
        {
            Marks = now.Marks == was.Marks ? here.Tuning.Marks : now.Marks,
            LowmemReserve = now.LowmemReserve.SequenceEqual(was.LowmemReserve)
                ? here.Tuning.LowmemReserve : now.LowmemReserve,
            Pageset = now.Pageset == was.Pageset ? here.Tuning.Pageset : now.Pageset,
            StatThreshold = now.StatThreshold == was.StatThreshold ? here.Tuning.StatThreshold : now.StatThreshold,
            FairBatch = now.FairBatch == was.FairBatch ? here.Tuning.FairBatch : now.FairBatch,
        };
        // Whoever computes the marks fills the fair batch again.
        return here with
        {
            Tuning = tuning,
            State = here.State is { } state && now.FairBatch != was.FairBatch
                ? state with { FairBatch = now.FairBatch.Value } : here.State,
        };
    }

    private static BootedMachine Boot(string path, IReadOnlyList<Setting> settings, out ImmutableArray<string> notes)
    {
        var file = ScenarioLoader.LoadMachine(path, settings);
        notes = file.Notes;
        var booted = MachineBoot.Boot(file.Machine, file.Boot, []);
        booted.Image.RequireFreeLists();
        return booted;
    }

    private static IEnumerable<(ZoneId Id, long Start, long End)> Extents(MachineImage machine) =>
        machine.Zones.Select(zone => (zone.Id, zone.Start.Value, zone.End.Value));

    private static bool IsPolicy(Setting setting) => setting.Path.StartsWith(PolicyPrefix, StringComparison.Ordinal);

    private static Dictionary<int, TaskPolicy> ReadPolicies(IReadOnlyList<Setting> settings, ProblemList problems)
    {
        var policies = new Dictionary<int, TaskPolicy>();
        foreach (var setting in settings.Where(IsPolicy))
        {
            if (TaskPolicy.Parse($"{setting.Path[PolicyPrefix.Length..]}={setting.Value}") is { } given)
                policies[given.Task] = given.Policy;
            else
            {
                problems.Add(setting.At, ProblemCodes.Setting,
                    $"no policy of a task; expected for example {setting.Option} {PolicyPrefix}1=bind:0,1");
            }
        }

        return policies;
    }
}
