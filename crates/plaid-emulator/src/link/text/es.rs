//! The texts in Spanish.

use super::texts::Text;

pub(super) static TEXT: Text = Text {
    lang: "es",

    back: "Atrás",
    close: "Cerrar",
    proceed: "Continuar",
    submit: "Enviar",
    try_again: "Intentar de nuevo",
    other_bank: "Elegir otro banco",
    leave: "Salir",

    consent: "Conecta tu banco con {}",
    consent_private: "Tus claves quedan entre tú y tu banco: {} nunca las ve.",
    consent_choice: "Tú eliges qué cuentas compartir.",
    consent_undo: "Puedes retirarlo en cualquier momento.",
    phone: "Número de teléfono",
    phone_why: "Con un número de teléfono se encuentran los bancos que ya conectaste.",
    phone_wrong: "No se puede llegar a este número. Revísalo o continúa sin él.",
    skip_phone: "Continuar sin número de teléfono",

    verify_phone: "Mira tu teléfono",
    verify_phone_sent: "Se envió un código a {}.",
    code: "Código",
    code_wrong: "El código no es correcto. Inténtalo de nuevo.",
    saved: "Hola de nuevo",
    saved_why: "Ya conectaste estos bancos. Elige uno para continuar.",
    new_bank: "Conectar otro banco",

    choose_bank: "Elige tu banco",
    search: "Busca tu banco",
    none_found: "No se encontró ningún banco con ese nombre. Revisa cómo está escrito o prueba uno más corto.",
    found_one: "1 banco",
    found: "{} bancos",

    sign_in: "Inicia sesión en {}",
    sign_in_safe: "Se envía cifrado, y solo al banco.",
    username: "Usuario",
    password: "Contraseña",
    sandbox_sign_in: "Sandbox: user_good y pass_good",
    sandbox_code: "Sandbox: el código es {}.",
    sandbox_answer: "Sandbox: la respuesta es {}.",
    bank_site: "Ir a la página del banco",

    loading: "Conectando con {}",
    loading_wait: "Tarda un momento.",

    device: "¿Adónde envía {} un código?",
    device_phone: "Mensaje de texto a ••• 4321",
    device_email: "Correo a u•••@example.com",
    device_missing: "Elige adónde enviar el código.",
    bank_code: "Escribe el código de {}",
    questions: "{} tiene una pregunta",
    question: "Pregunta {}",
    answers_wrong: "La respuesta no es correcta. Inténtalo de nuevo.",

    accounts: "Elige las cuentas que compartes",
    accounts_why: "{} solo ve las cuentas que elijas.",
    accounts_missing: "Elige al menos una cuenta.",

    connected: "{} está conectado",
    connected_text: "Puedes volver a {}.",
    reconnected: "{} está conectado de nuevo",
    finish: "Terminar",

    oauth: "Inicia sesión en {}",
    oauth_text: "Se abre la página del banco. Inicia sesión y permite el acceso; después vuelves aquí.",
    oauth_in_app: "{} no se puede conectar desde otra aplicación. Abre esta página en tu navegador e inténtalo de nuevo.",
    oauth_waiting: "Continúa en {}",
    oauth_waiting_text: "La página del banco está abierta en otra ventana. Esta página continúa sola cuando termines allí.",
    oauth_reopen: "Abrir la página del banco",

    bank_page: "{} pide ver tus cuentas, sus saldos y sus movimientos.",
    bank_page_result: "Qué responde el banco",
    bank_page_no_error: "Lo que elijas abajo",
    bank_page_sandbox: "Sandbox: aquí no hace falta iniciar sesión.",
    bank_page_done: "Listo",
    bank_page_expired: "Esta página ha caducado",
    bank_page_close: "Puedes cerrar esta ventana y volver a donde estabas.",
    allow: "Permitir",
    deny: "Rechazar",

    degraded: "{} tiene problemas en este momento",
    degraded_text: "La conexión puede fallar o tardar más de lo normal. Puedes probar ahora o volver más tarde.",
    down: "No se puede llegar a {}",
    down_text: "El banco no responde a nadie en este momento. Prueba más tarde o conecta otro banco.",
    filtered: "{} no se puede conectar aquí",
    filtered_text: "El banco no ofrece lo que hace falta. Elige otro.",

    exit: "¿Salir sin conectar?",
    exit_text: "Aún no has terminado. Si sales ahora, no se comparte nada.",
    keep_going: "Seguir",

    problem,
};

fn problem(code: &str) -> (&'static str, &'static str) {
    match code {
        "INVALID_CREDENTIALS" => (
            "No se pudo iniciar sesión",
            "El usuario o la contraseña no son correctos. Revísalos e inténtalo de nuevo.",
        ),
        "INVALID_MFA" => (
            "No era correcto",
            "La respuesta no es correcta. Inténtalo de nuevo.",
        ),
        "INVALID_OTP" => (
            "El código no era correcto",
            "Tres códigos eran incorrectos. Puedes elegir tu banco sin número de teléfono.",
        ),
        "ITEM_LOCKED" => (
            "El banco bloqueó tu cuenta",
            "Fallaron demasiados intentos. Desbloquéala en la página del banco e inténtalo de nuevo.",
        ),
        "USER_SETUP_REQUIRED" => (
            "El banco necesita algo de ti",
            "Entra en la página del banco, termina lo que te pide e inténtalo de nuevo.",
        ),
        "ITEM_NOT_SUPPORTED" => (
            "Esta cuenta no se puede conectar",
            "El banco la lleva de un modo no compatible. Prueba con otro banco.",
        ),
        "MFA_NOT_SUPPORTED" => (
            "Este inicio de sesión no es compatible",
            "El banco pide un segundo paso que aquí no se puede dar. Prueba con otro banco.",
        ),
        "NO_ACCOUNTS" | "NO_AUTH_ACCOUNTS" => (
            "No se encontraron cuentas",
            "Nada en este banco corresponde a lo que se pide. Prueba con otro banco.",
        ),
        "INSTITUTION_NO_LONGER_SUPPORTED" => (
            "Este banco ya no es compatible",
            "Ya no se puede conectar. Prueba con otro banco.",
        ),
        "INSTITUTION_DOWN" | "INSTITUTION_NOT_RESPONDING" | "INSTITUTION_NOT_AVAILABLE" => (
            "El banco no responde",
            "No se puede llegar a él en este momento. Prueba más tarde o conecta otro banco.",
        ),
        "USER_INPUT_TIMEOUT" => ("Tardó demasiado", "El banco no esperó. Inténtalo de nuevo."),
        "INSUFFICIENT_CREDENTIALS" | "ACCESS_NOT_GRANTED" => (
            "El banco no pudo compartir lo suficiente",
            "Vuelve a continuar y permite lo que se pide.",
        ),
        "COUNTRY_NOT_SUPPORTED" => (
            "No disponible en este país",
            "El país de este banco no es compatible. Prueba con otro banco.",
        ),
        "RECAPTCHA_BAD" => (
            "No parecía una persona",
            "Inténtalo de nuevo o conecta otro banco.",
        ),
        "INVALID_LINK_TOKEN" => (
            "Tardó demasiado",
            "La página para conectar un banco ha caducado. Sal y ábrela de nuevo; no se compartió nada.",
        ),
        "OAUTH_STATE_ID_ALREADY_PROCESSED" => (
            "Esto ya se hizo",
            "El camino de vuelta del banco sirve una sola vez. Sal y empieza de nuevo.",
        ),
        "OAUTH_STATE_ID_NOT_FOUND" | "INCORRECT_LINK_TOKEN" => (
            "Se perdió el camino de vuelta",
            "Esta vuelta no corresponde a lo que se empezó aquí. Sal y empieza de nuevo.",
        ),
        "INVALID_FIELD" => (
            "Esta página no está bien preparada",
            "Dice que vuelves de un banco, pero no de qué visita. Sal y empieza de nuevo.",
        ),
        "PUBLIC_KEY_NOT_ENABLED" => (
            "Versión actual no compatible",
            "Esta aplicación usa una forma antigua de conectar bancos. Sus autores deben actualizarla.",
        ),
        _ => (
            "Algo salió mal",
            "Ocurrió un error inesperado. No se compartió nada.",
        ),
    }
}
