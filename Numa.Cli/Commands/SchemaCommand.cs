using System.Collections.Immutable;
using System.CommandLine;
using Numa.Workloads.Scenarios.Keys;

namespace Numa.Cli.Commands;

/// <summary><c>numa schema</c>: the JSON Schema by which editors complete and check a file.</summary>
internal sealed class SchemaCommand : NumaCommand
{
    private readonly Argument<string> _file = new("FILE")
    {
        HelpName = "FILE",
        Description = "Which files it is for: " + string.Join(", ", JsonSchema.Tables.Keys) + ".",
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (!JsonSchema.Tables.ContainsKey(word))
                result.AddError(OptionFactory.NotOneOf("FILE", word, [.. JsonSchema.Tables.Keys]));
            return word;
        },
    };

    public SchemaCommand(Terminal terminal)
        : base("schema", "Prints the JSON Schema of scenario or machine files, for editors.")
    {
        Add(_file);
        SetAction(parsed =>
        {
            terminal.Output.Write(JsonSchema.Of(JsonSchema.Tables[parsed.GetRequiredValue(_file)]));
            return ExitCode.Success;
        });
    }

    public override ImmutableArray<string> Examples => ["numa schema scenario"];
}
